// @vitest-environment node
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { Problem } from "@/lib/api/problem";
import type { ReplyEvent } from "./reply";
import { questionRequest, replyEvents } from "./stream";

const FRAMES = [
  'id: m:1\nevent: start\ndata: {"conversation_id":"c","user_message_id":"u","message_id":"m"}\n\n',
  'id: m:2\nevent: sources\ndata: {"mode":"rag","sources":[]}\n\n',
  'id: m:3\ndata: {"token":"Once","done":false}\n\n',
  'id: m:4\ndata: {"token":" upon","done":false}\n\n',
  'id: m:5\ndata: {"done":true,"mode":"rag","sources":[],"finish_reason":"stop"}\n\n',
];

const ALL = ["start", "sources", "token", "token", "done"];

let server: Server | undefined;
afterEach(() => server?.close());

type Serve = (answer: ServerResponse, lastEventId: string | undefined) => void;

/** Asks a real HTTP server and collects what arrives. */
async function askServer(serve: Serve): Promise<ReplyEvent[]> {
  server = createServer((request, answer) => {
    request.resume();
    serve(answer, request.headers["last-event-id"] as string | undefined);
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  Object.assign(globalThis, { location: { origin: `http://127.0.0.1:${port}` } });
  const question = { cloneId: "k", content: "Well?", clientMessageId: "1" };
  const request = questionRequest(question, new AbortController().signal);
  const events: ReplyEvent[] = [];
  for await (const event of replyEvents(request, { cloneId: "k", messageId: null })) {
    events.push(event);
  }
  return events;
}

function stream(answer: ServerResponse, frames: string[]): ServerResponse {
  answer.writeHead(200, { "Content-Type": "text/event-stream" });
  answer.write(frames.join(""));
  return answer;
}

const textOf = (events: ReplyEvent[]) =>
  events.map((event) => (event.type === "token" ? event.token : "")).join("");

test("a stream is read to its end", async () => {
  const events = await askServer((answer) => stream(answer, FRAMES).end());
  expect(events.map(({ type }) => type)).toEqual(ALL);
});

test.each([1, 2, 3, 4])("a stream cut after event %i goes on where it ended", async (cut) => {
  const heard: (string | undefined)[] = [];
  const events = await askServer((answer, lastEventId) => {
    heard.push(lastEventId);
    if (!lastEventId) return void stream(answer, FRAMES.slice(0, cut)).end();
    stream(answer, FRAMES.slice(Number(lastEventId.split(":")[1]))).end();
  });
  expect(heard).toEqual([undefined, `m:${cut}`]);
  expect(events.map(({ type }) => type).toSpliced(cut, 1)).toEqual(ALL);
  expect(events[cut]?.type).toBe("cut");
  expect(textOf(events)).toBe("Once upon");
});

test("a refusal is thrown with the server's reason", async () => {
  const asking = askServer((answer) => {
    answer.writeHead(422, { "Content-Type": "application/problem+json" });
    answer.end('{"code":"query_too_long","detail":"Ask something shorter.","status":422}');
  });
  await expect(asking).rejects.toThrow("Ask something shorter.");
  await expect(asking).rejects.toBeInstanceOf(Problem);
});

test("a stream that ends before it began is an error, not an empty answer", async () => {
  await expect(askServer((answer) => stream(answer, []).end())).rejects.toThrow("lost");
});
