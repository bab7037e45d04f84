import { expect, test } from "vitest";
import type { Source } from "@/lib/api/types";
import { type ReplyEvent, readEvent, reduce, WAITING } from "./reply";

const START: ReplyEvent = {
  type: "start",
  conversation_id: "c",
  user_message_id: "u",
  message_id: "m",
};
const SOURCES: ReplyEvent = {
  type: "sources",
  mode: "rag",
  sources: [{ index: 1 } as Source],
  degraded: ["embeddings"],
};
const ANSWERER = { provider: "dummy", model: "extractive", skipped: [] };
const SKIPPED = [
  { provider: "openai", model: "gpt-4o-mini", code: "provider_timeout", detail: "Too late" },
];
const token = (text: string): ReplyEvent => ({ type: "token", token: text });
const done = (finish_reason: string, more?: object): ReplyEvent => ({
  type: "done",
  mode: "rag",
  sources: [],
  finish_reason,
  usage: { prompt_tokens: 12, completion_tokens: 3, cost_usd: 0.001 },
  error: null,
  ...ANSWERER,
  ...more,
});
const play = (...events: ReplyEvent[]) => events.reduce(reduce, WAITING);

test("a reply knows its ids as soon as it starts", () => {
  expect(play(START)).toMatchObject({
    phase: "waiting",
    conversationId: "c",
    questionId: "u",
    messageId: "m",
  });
});

test("sources arrive before the first token", () => {
  const reply = play(START, SOURCES);
  expect(reply.sources).toHaveLength(1);
  expect(reply.phase).toBe("waiting");
});

test("tokens are joined in order", () => {
  expect(play(START, token("Once"), token(" upon"))).toMatchObject({
    phase: "writing",
    text: "Once upon",
  });
});

test("a finished reply is complete, a stopped one says stopped", () => {
  expect(play(START, token("a"), done("stop")).phase).toBe("complete");
  expect(play(START, token("a"), done("stopped")).phase).toBe("stopped");
});

test("whose words follow is known before the first of them", () => {
  const reply = play(START, SOURCES, { type: "provider", ...ANSWERER, skipped: SKIPPED });
  expect(reply.origin).toMatchObject({
    provider: "dummy",
    skipped: SKIPPED,
    degraded: ["embeddings"],
  });
  expect(reply.phase).toBe("waiting");
});

test("the end tells who answered, at what price, and keeps what was done without", () => {
  const { origin } = play(START, SOURCES, token("a"), done("stop", { skipped: SKIPPED }));
  expect(origin).toEqual({
    provider: "dummy",
    model: "extractive",
    skipped: SKIPPED,
    degraded: ["embeddings"],
    usage: { prompt_tokens: 12, completion_tokens: 3, cost_usd: 0.001 },
  });
});

test("an apology is a failure, with the reason of it", () => {
  const error = { code: "provider_down", detail: "Nobody is there", retryable: true };
  const apology = done("error", { mode: "error_fallback", error, skipped: SKIPPED });
  expect(play(START, token("I am sorry."), apology)).toMatchObject({
    phase: "failed",
    mode: "error_fallback",
    text: "I am sorry.",
    trouble: "Nobody is there",
  });
});

test("an error keeps what was written", () => {
  const reply = play(START, token("half"), {
    type: "error",
    code: "provider_timeout",
    detail: "The model stopped answering.",
    retryable: true,
  });
  expect(reply).toMatchObject({
    phase: "interrupted",
    text: "half",
    trouble: "The model stopped answering.",
  });
});

test("a lost connection before the first token is a failure", () => {
  expect(play(START, { type: "lost" }).phase).toBe("failed");
});

test("a broken connection is told until something is heard again", () => {
  expect(play(START, { type: "cut" }).isCut).toBe(true);
  expect(play(START, { type: "cut" }, token("a")).isCut).toBe(false);
});

test("nothing changes a reply that is over", () => {
  const over = play(START, token("a"), done("stop"));
  expect([token("b"), { type: "lost" } as const].reduce(reduce, over)).toBe(over);
});

test("stream messages are read by their names", () => {
  expect(readEvent(undefined, '{"token":"x","done":false}')).toEqual(token("x"));
  expect(readEvent("sources", '{"mode":"rag","sources":[]}')?.type).toBe("sources");
  expect(readEvent("provider", '{"provider":"dummy","skipped":[]}')?.type).toBe("provider");
  expect(readEvent(undefined, '{"done":true,"finish_reason":"stop"}')?.type).toBe("done");
  expect(readEvent("farewell", "{}")).toBeNull();
});
