import type { Message, Source } from "@/lib/api/types";
import type { Skip } from "@/lib/faults";

export type Mode = NonNullable<Message["mode"]>;

/** Who wrote a reply, at what price, and what had to be done without. */
export interface Origin {
  provider: string | null;
  model: string | null;
  /** Who was asked before and did not answer. */
  skipped: Skip[];
  /** What retrieval had to do without, in the words of the API. */
  degraded: string[];
  usage: Message["usage"];
}

interface Trouble {
  code: string;
  detail: string;
  retryable: boolean;
}

type Answerer = Pick<Origin, "provider" | "model" | "skipped">;

/** What happens to a reply: the server's events, and two of our own. */
export type ReplyEvent =
  | { type: "start"; conversation_id: string; user_message_id: string; message_id: string }
  | { type: "sources"; mode: Mode; sources: Source[]; degraded: string[] }
  /** Somebody was skipped: whose words follow. */
  | ({ type: "provider" } & Answerer)
  | { type: "token"; token: string }
  | ({
      type: "done";
      mode: Mode;
      sources: Source[];
      finish_reason: string;
      usage: Message["usage"];
      /** Nobody answered: the text is the server's apology. */
      error: Trouble | null;
    } & Answerer)
  | ({ type: "error" } & Trouble)
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
  origin: Origin;
  conversationId: string | null;
  questionId: string | null;
  messageId: string | null;
  /** The connection broke, and nothing was heard since. */
  isCut: boolean;
  /** Why it failed or broke off, for the reader. */
  trouble: string | null;
}

export const NO_ORIGIN: Origin = {
  provider: null,
  model: null,
  skipped: [],
  degraded: [],
  usage: null,
};

export const WAITING: Reply = {
  phase: "waiting",
  text: "",
  mode: null,
  sources: null,
  origin: NO_ORIGIN,
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
    case "sources": {
      const { mode, sources, degraded } = event;
      return { ...reply, mode, sources, origin: { ...reply.origin, degraded } };
    }
    case "provider": {
      const { provider, model, skipped } = event;
      return { ...reply, origin: { ...reply.origin, provider, model, skipped } };
    }
    case "token":
      return { ...reply, phase: "writing", text: reply.text + event.token };
    case "done": {
      const { mode, sources, provider, model, skipped, usage, error } = event;
      const origin = { ...reply.origin, provider, model, skipped, usage };
      const over = { ...reply, mode, sources, origin };
      if (error) return { ...over, phase: "failed", trouble: error.detail };
      return { ...over, phase: event.finish_reason === "stopped" ? "stopped" : "complete" };
    }
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

const NAMED = new Set(["start", "sources", "provider", "error"]);

/** The event a stream message stands for; null for one this client does not know. */
export function readEvent(name: string | undefined, data: string): ReplyEvent | null {
  const body = JSON.parse(data);
  if (name) return NAMED.has(name) ? { type: name, ...body } : null;
  return body.done ? { type: "done", ...body } : { type: "token", token: body.token };
}
