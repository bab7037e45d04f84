import { memo } from "react";
import type { Clone, Message } from "@/lib/api/types";
import type { OpenSource } from "./open-sources";
import { QuestionBubble } from "./question-bubble";
import type { Origin, Phase } from "./reply";
import { ReplyView } from "./reply-view";
import { Trouble } from "./trouble";
import type { Speech } from "./use-speech";

interface SavedMessagesProps {
  messages: Message[];
  clone: Clone;
  speech: Speech;
  onOpen: OpenSource;
  /** Given while nothing is being answered. */
  onAskAgain?: (question: string) => void;
}

/** Of a process that died, nobody could say more. */
const SERVER_DIED = "The server stopped while this answer was being written.";

function phaseOf({ status, finish_reason }: Message): Phase {
  if (status === "streaming") return "writing";
  if (status === "complete") return finish_reason === "stopped" ? "stopped" : "complete";
  return finish_reason === "stopped" ? "stopped" : status;
}

function originOf({ metadata, skipped, usage }: Message): Origin {
  const { provider = null, model = null, degraded } = metadata;
  return { provider, model, skipped, usage, degraded: degraded ? degraded.split(",") : [] };
}

/** Kept apart from the live reply, so that a token renders none of them. */
export const SavedMessages = memo(function SavedMessages(props: SavedMessagesProps) {
  const { messages, onAskAgain, ...rest } = props;
  return messages.map((message) => {
    if (message.role === "user") return <QuestionBubble key={message.id} text={message.content} />;
    const question = messages.find(({ id }) => id === message.parent_id)?.content;
    const canAsk = onAskAgain && question && message === messages.at(-1);
    return (
      <SavedReply
        key={message.id}
        message={message}
        onAskAgain={canAsk ? () => onAskAgain(question) : undefined}
        {...rest}
      />
    );
  });
});

interface SavedReplyProps extends Pick<SavedMessagesProps, "clone" | "speech" | "onOpen"> {
  message: Message;
  onAskAgain?: () => void;
}

function SavedReply({ message, onAskAgain, clone, speech, onOpen }: SavedReplyProps) {
  const phase = phaseOf(message);
  return (
    <ReplyView
      id={message.id}
      cloneName={clone.name}
      text={message.content}
      phase={phase}
      mode={message.mode ?? null}
      sources={message.sources}
      origin={originOf(message)}
      speech={speech}
      onOpen={onOpen}
    >
      {(phase === "interrupted" || phase === "failed") && (
        <Trouble
          reason={message.metadata.error_detail ?? SERVER_DIED}
          isPartial={message.content !== "" && message.mode !== "error_fallback"}
          onAskAgain={onAskAgain}
        />
      )}
    </ReplyView>
  );
}
