import { memo } from "react";
import type { Clone, Message } from "@/lib/api/types";
import type { OpenSource } from "./open-sources";
import { QuestionBubble } from "./question-bubble";
import type { Phase } from "./reply";
import { ReplyView } from "./reply-view";
import type { Speech } from "./use-speech";

interface SavedMessagesProps {
  messages: Message[];
  clone: Clone;
  speech: Speech;
  onOpen: OpenSource;
}

function phaseOf({ status, finish_reason }: Message): Phase {
  if (status === "streaming") return "writing";
  if (status === "complete") return finish_reason === "stopped" ? "stopped" : "complete";
  return finish_reason === "stopped" ? "stopped" : status;
}

/** Kept apart from the live reply, so that a token renders none of them. */
export const SavedMessages = memo(function SavedMessages(props: SavedMessagesProps) {
  const { messages, clone, speech, onOpen } = props;
  return messages.map((message) =>
    message.role === "user" ? (
      <QuestionBubble key={message.id} text={message.content} />
    ) : (
      <ReplyView
        key={message.id}
        id={message.id}
        cloneName={clone.name}
        text={message.content}
        phase={phaseOf(message)}
        mode={message.mode ?? null}
        sources={message.sources}
        speech={speech}
        onOpen={onOpen}
      />
    ),
  );
});
