import { createParser, type EventSourceMessage } from "eventsource-parser";
import { authFetch } from "@/lib/api/fetch";
import { problemOf } from "@/lib/api/problem";

/** Server-sent events of one request; throws a Problem when the answer is not a stream. */
export async function* serverEvents(request: Request): AsyncGenerator<EventSourceMessage> {
  const answer = await authFetch(request);
  if (!answer.ok || !answer.body) throw await problemOf(answer);
  yield* parseEvents(answer.body);
}

export async function* parseEvents(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<EventSourceMessage> {
  const arrived: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => arrived.push(event) });
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      parser.feed(decoder.decode(value, { stream: true }));
      yield* arrived.splice(0);
    }
  } finally {
    // A consumer that stops early must not leave the connection open.
    reader.cancel().catch(() => undefined);
  }
}
