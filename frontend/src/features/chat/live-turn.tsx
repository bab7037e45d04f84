import { CircleAlert } from "lucide-react";
import type { Clone, Source } from "@/lib/api/types";
import { plural } from "@/lib/text";
import { Button } from "@/ui/button";
import type { OpenSource } from "./open-sources";
import { QuestionBubble } from "./question-bubble";
import type { Reply } from "./reply";
import { ReplyView } from "./reply-view";
import { useTurn } from "./turns";
import type { Speech } from "./use-speech";

interface LiveTurnProps {
  turnId: string;
  clone: Clone;
  speech: Speech;
  onOpen: OpenSource;
  onRetry: (question: string) => void;
}

const NO_SOURCES: Source[] = [];

export function LiveTurn({ turnId, clone, speech, onOpen, onRetry }: LiveTurnProps) {
  const turn = useTurn(turnId);
  if (!turn) return null;
  const { reply, question } = turn;
  return (
    <>
      {question !== null && <QuestionBubble text={question} />}
      <ReplyView
        id={reply.messageId ?? turn.id}
        cloneName={clone.name}
        text={reply.text}
        phase={reply.phase}
        mode={reply.mode}
        sources={reply.sources ?? NO_SOURCES}
        speech={speech}
        onOpen={onOpen}
      >
        {reply.phase === "waiting" && <Waiting text={waitingText(reply, clone)} />}
        {reply.trouble && (
          <Trouble
            text={reply.trouble}
            onRetry={question === null ? undefined : () => onRetry(question)}
          />
        )}
      </ReplyView>
    </>
  );
}

/** What really happens at the moment, before the first word. */
function waitingText({ sources }: Reply, clone: Clone): string {
  if (!sources && clone.rag_enabled && clone.document_count > 0) {
    return `Searching ${plural(clone.document_count, "document")}…`;
  }
  if (sources?.length) return `Reading ${plural(sources.length, "passage")}…`;
  return "Thinking…";
}

function Waiting({ text }: { text: string }) {
  return (
    <p className="flex items-center gap-2.5 text-muted">
      <span aria-hidden className="size-2 animate-pulse rounded-full bg-accent" />
      {text}
    </p>
  );
}

function Trouble({ text, onRetry }: { text: string; onRetry?: () => void }) {
  return (
    <div
      role="alert"
      className="flex flex-wrap items-center gap-3 rounded-lg bg-danger-tint px-4 py-3 text-sm"
    >
      <CircleAlert aria-hidden className="size-4 shrink-0 text-danger" />
      <p className="min-w-0 flex-1">{text}</p>
      {onRetry && (
        <Button size="sm" onClick={onRetry}>
          Ask again
        </Button>
      )}
    </div>
  );
}
