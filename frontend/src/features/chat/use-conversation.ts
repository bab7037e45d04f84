import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useEffectEvent, useMemo } from "react";
import { useShallow } from "zustand/react/shallow";
import { completeStep } from "@/lib/first-run";
import { conversationKeys, conversationQuery } from "@/lib/queries/conversations";
import { moveDraft, newThread } from "./drafts";
import { isOver } from "./reply";
import { ask, forget, resume, settle, type Turn, useTurns } from "./turns";

interface Place {
  cloneId: string;
  conversationId: string | undefined;
  /** A new chat became a conversation: its address should say so. */
  onConversation: (id: string) => Promise<void>;
}

/** What a page needs to know of a turn; stays equal while only words are added. */
function outline({ id, fresh, conversationId, reply }: Turn) {
  const { questionId, messageId } = reply;
  return { id, fresh, conversationId, questionId, messageId, isOver: isOver(reply) };
}

/** The saved messages of a thread, the turn under way in it, and how to ask. */
export function useConversation({ cloneId, conversationId, onConversation }: Place) {
  const queries = useQueryClient();
  const saved = useQuery({
    ...conversationQuery(conversationId ?? ""),
    enabled: conversationId !== undefined,
  });
  const turn = useTurns(
    useShallow(({ turns }) => {
      const found = turns.findLast((candidate) =>
        conversationId
          ? candidate.conversationId === conversationId
          : candidate.fresh && candidate.cloneId === cloneId,
      );
      return found && outline(found);
    }),
  );

  const takeOver = useCallback(
    async (finished: Turn | undefined) => {
      queries.invalidateQueries({ queryKey: conversationKeys.list });
      if (!finished?.conversationId) return;
      const query = { ...conversationQuery(finished.conversationId), staleTime: 0 };
      const { messages } = await queries.fetchQuery(query);
      const reply = messages?.find(({ id }) => id === finished.reply.messageId);
      if (reply && reply.status !== "streaming") forget(finished.id);
    },
    [queries],
  );

  const send = useCallback(
    async (content: string) => {
      if (turn?.isOver) forget(turn.id);
      const clientMessageId = crypto.randomUUID();
      const finished = await ask({ cloneId, conversationId, content, clientMessageId });
      if (finished?.reply.phase === "complete") completeStep("ask");
      await takeOver(finished);
    },
    [cloneId, conversationId, turn, takeOver],
  );

  const last = saved.data?.messages?.at(-1);
  const unfinished = last?.status === "streaming" && !turn ? last.id : undefined;
  useEffect(() => {
    if (conversationId && unfinished) resume(cloneId, conversationId, unfinished).then(takeOver);
  }, [cloneId, conversationId, unfinished, takeOver]);

  const moveTo = useEffectEvent(async (id: string, turnId: string) => {
    queries.invalidateQueries({ queryKey: conversationKeys.list });
    moveDraft(newThread(cloneId), id);
    await onConversation(id);
    settle(turnId);
  });
  const born = turn?.fresh ? turn.conversationId : null;
  const bornTurn = turn?.id;
  useEffect(() => {
    if (born && bornTurn) moveTo(born, bornTurn);
  }, [born, bornTurn]);

  const messages = useMemo(
    () =>
      (saved.data?.messages ?? []).filter(
        ({ id }) => id !== turn?.questionId && id !== turn?.messageId,
      ),
    [saved.data, turn?.questionId, turn?.messageId],
  );

  return { saved, messages, turn, send };
}
