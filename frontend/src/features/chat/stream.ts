import { Problem } from "@/lib/api/problem";
import { serverEvents } from "@/lib/sse";
import { type ReplyEvent, readEvent } from "./reply";

/** Nearly a minute, so that a server may be started again meanwhile. */
const RECONNECTS = 16;
const PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 4_000;

export interface Question {
  cloneId: string;
  conversationId?: string;
  content: string;
  /** The same id sent twice makes one message. */
  clientMessageId: string;
}

export function questionRequest(question: Question, signal: AbortSignal): Request {
  return new Request(new URL(`/api/chat/${question.cloneId}/stream`, location.origin), {
    method: "POST",
    signal,
    headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
    body: JSON.stringify({
      content: question.content,
      conversation_id: question.conversationId,
      client_message_id: question.clientMessageId,
    }),
  });
}

/** How far a reply was heard; moves on with each event. */
export interface Position {
  cloneId: string;
  /** Null until the server has named the reply. */
  messageId: string | null;
  lastEventId?: string;
}

export function resumeRequest(at: Position, signal: AbortSignal): Request {
  const url = new URL(`/api/chat/${at.cloneId}/stream/${at.messageId}`, location.origin);
  const headers = new Headers({ Accept: "text/event-stream" });
  if (at.lastEventId) headers.set("Last-Event-ID", at.lastEventId);
  return new Request(url, { signal, headers });
}

/** The events of one connection; throws when it ends before the reply does. */
async function* listen(request: Request, position: Position): AsyncGenerator<ReplyEvent> {
  for await (const message of serverEvents(request)) {
    const event = readEvent(message.event, message.data);
    if (event?.type === "start") position.messageId = event.message_id;
    position.lastEventId = message.id ?? position.lastEventId;
    if (event) yield event;
    if (event?.type === "done" || event?.type === "error") return;
  }
  throw new Error("The connection was lost before the answer began.");
}

/**
 * The events of one reply. A connection that breaks after the start is taken up again where it
 * ended; throws when the server refuses, or when it was never reached.
 */
export async function* replyEvents(
  request: Request,
  position: Position,
): AsyncGenerator<ReplyEvent> {
  let next = request;
  for (let attempt = 0; attempt <= RECONNECTS; attempt++) {
    try {
      return yield* listen(next, position);
    } catch (error) {
      if (!isMendable(error, request, position)) throw error;
    }
    yield { type: "cut" };
    await pause(Math.min(PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS));
    next = resumeRequest(position, request.signal);
  }
  yield { type: "lost" };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function isMendable(error: unknown, { signal }: Request, { messageId }: Position): boolean {
  const refused = error instanceof Problem && error.isRefusal;
  return !signal.aborted && !refused && messageId !== null;
}
