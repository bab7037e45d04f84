import type { Message, Source } from "@/lib/api/types";

export type Mode = NonNullable<Message["mode"]>;

/** What happens to a reply: the server's events, and two of our own. */
export type ReplyEvent =
  | { type: "start"; conversation_id: string; user_message_id: string; message_id: string }
  | { type: "sources"; mode: Mode; sources: Source[] }
  | { type: "token"; token: string }
  | { type: "done"; mode: Mode; sources: Source[]; finish_reason: string }
  | { type: "error"; code: string; detail: string; retryable: boolean }
  /** The connection broke, and is being made anew. */
  | { type: "cut" }
  /** It could not be made anew. */
  | { type: "lost" };

export type Phase = "waiting" | "writing" | "complete" | "stopped" | "interrupted" | "failed";

export interface Reply {
  phase: Phase;
  text: string;
  mode: Mode | null;
  /** Null until the search has answered. */
  sources: Source[] | null;
  conversationId: string | null;
  questionId: string | null;
  messageId: string | null;
  /** The connection broke, and nothing was heard since. */
  isCut: boolean;
  /** Why it failed or broke off, for the reader. */
  trouble: string | null;
}

export const WAITING: Reply = {
  phase: "waiting",
  text: "",
  mode: null,
  sources: null,
  conversationId: null,
  questionId: null,
  messageId: null,
  isCut: false,
  trouble: null,
};

export function isOver({ phase }: Reply): boolean {
  return phase !== "waiting" && phase !== "writing";
}

export function reduce(before: Reply, event: ReplyEvent): Reply {
  if (isOver(before)) return before;
  const isCut = event.type === "cut";
  const reply = before.isCut === isCut ? before : { ...before, isCut };
  switch (event.type) {
    case "start":
      return {
        ...reply,
        conversationId: event.conversation_id,
        questionId: event.user_message_id,
        messageId: event.message_id,
      };
    case "sources":
      return { ...reply, mode: event.mode, sources: event.sources };
    case "token":
      return { ...reply, phase: "writing", text: reply.text + event.token };
    case "done":
      return {
        ...reply,
        phase: event.finish_reason === "stopped" ? "stopped" : "complete",
        mode: event.mode,
        sources: event.sources,
      };
    case "error":
      return broken(reply, event.detail);
    case "cut":
      return reply;
    case "lost":
      return broken(reply, "The connection was lost.");
  }
}

function broken(reply: Reply, trouble: string): Reply {
  return { ...reply, phase: reply.text ? "interrupted" : "failed", trouble };
}

/** The event a stream message stands for; null for one this client does not know. */
export function readEvent(name: string | undefined, data: string): ReplyEvent | null {
  const body = JSON.parse(data);
  if (name === "start" || name === "sources" || name === "error") return { type: name, ...body };
  if (name) return null;
  return body.done ? { type: "done", ...body } : { type: "token", token: body.token };
}
