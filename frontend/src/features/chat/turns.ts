import { create } from "zustand";
import { api } from "@/lib/api/client";
import { explain } from "@/lib/api/problem";
import { inFrames } from "./frames";
import { isOver, type Reply, type ReplyEvent, reduce, WAITING } from "./reply";
import { type Question, questionRequest, replyEvents, resumeRequest } from "./stream";

/** A question under way, and the reply it gets; kept until the saved messages take over. */
export interface Turn {
  id: string;
  cloneId: string;
  /** Null for a reply that was taken up again after a reload: its question is saved. */
  question: string | null;
  conversationId: string | null;
  /** Asked on the page of a new chat, which has not moved to the conversation's address yet. */
  fresh: boolean;
  reply: Reply;
  abort: AbortController;
}

export const useTurns = create<{ turns: Turn[] }>(() => ({ turns: [] }));

export function useTurn(id: string): Turn | undefined {
  return useTurns(({ turns }) => turns.find((turn) => turn.id === id));
}

function find(id: string): Turn | undefined {
  return useTurns.getState().turns.find((turn) => turn.id === id);
}

/** Resolves to the turn when its reply is over, or to nothing when it was withdrawn. */
export function ask(question: Question): Promise<Turn | undefined> {
  const { clientMessageId: id, cloneId, content, conversationId = null } = question;
  const abort = new AbortController();
  const fresh = conversationId === null;
  add({ id, cloneId, question: content, conversationId, fresh, reply: WAITING, abort });
  return run(
    id,
    replyEvents(questionRequest(question, abort.signal), { cloneId, messageId: null }),
  );
}

const takenUp = new Set<string>();

/** Takes up a reply that is still being written, for example after a reload. */
export async function resume(
  cloneId: string,
  conversationId: string,
  messageId: string,
): Promise<Turn | undefined> {
  if (takenUp.has(messageId)) return;
  takenUp.add(messageId);
  const abort = new AbortController();
  const reply = { ...WAITING, conversationId, messageId };
  add({ id: messageId, cloneId, question: null, conversationId, fresh: false, reply, abort });
  const position = { cloneId, messageId };
  return run(messageId, replyEvents(resumeRequest(position, abort.signal), position));
}

export async function stop(id: string): Promise<void> {
  const turn = find(id);
  if (!turn) return;
  const { cloneId, reply, abort } = turn;
  if (!reply.messageId) {
    abort.abort();
    return forget(id);
  }
  const path = { clone_id: cloneId, message_id: reply.messageId };
  await api.POST("/api/chat/{clone_id}/stop/{message_id}", { params: { path } });
}

export function forget(id: string): void {
  useTurns.setState(({ turns }) => ({ turns: turns.filter((turn) => turn.id !== id) }));
}

function add(turn: Turn): void {
  useTurns.setState(({ turns }) => ({ turns: [...turns, turn] }));
}

/** The turn is at its conversation's address now. */
export function settle(id: string): void {
  useTurns.setState(({ turns }) => ({
    turns: turns.map((turn) => (turn.id === id ? { ...turn, fresh: false } : turn)),
  }));
}

async function run(id: string, events: AsyncGenerator<ReplyEvent>): Promise<Turn | undefined> {
  const commit = inFrames<ReplyEvent>((batch) => apply(id, batch));
  try {
    for await (const event of events) commit(event);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return;
    commit({ type: "error", code: "failed", detail: explain(error), retryable: true });
  }
  await commit.flushed();
  return find(id);
}

function apply(id: string, batch: ReplyEvent[]): void {
  useTurns.setState(({ turns }) => ({
    turns: turns.map((turn) => {
      if (turn.id !== id || isOver(turn.reply)) return turn;
      const reply = batch.reduce(reduce, turn.reply);
      return { ...turn, reply, conversationId: reply.conversationId ?? turn.conversationId };
    }),
  }));
}
