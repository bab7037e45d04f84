import type { Clone, Source } from "@/lib/api/types";
import { plural } from "@/lib/text";
import type { OpenSource } from "./open-sources";
import { QuestionBubble } from "./question-bubble";
import type { Reply } from "./reply";
import { ReplyView } from "./reply-view";
import { Trouble } from "./trouble";
import { useTurn } from "./turns";
import type { Speech } from "./use-speech";

interface LiveTurnProps {
  turnId: string;
  clone: Clone;
  speech: Speech;
  onOpen: OpenSource;
  onAskAgain: (question: string) => void;
}

const NO_SOURCES: Source[] = [];

export function LiveTurn({ turnId, clone, speech, onOpen, onAskAgain }: LiveTurnProps) {
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
        origin={reply.origin}
        speech={speech}
        onOpen={onOpen}
      >
        {(reply.phase === "waiting" || reply.isCut) && <Waiting text={waitingText(reply, clone)} />}
        {reply.trouble && (
          <Trouble
            reason={reply.trouble}
            isPartial={reply.text !== "" && reply.mode !== "error_fallback"}
            onAskAgain={question === null ? undefined : () => onAskAgain(question)}
          />
        )}
      </ReplyView>
    </>
  );
}

/** What really happens at the moment, before the first word. */
function waitingText({ sources, isCut }: Reply, clone: Clone): string {
  if (isCut) return "The connection was lost. Waiting for the rest…";
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
