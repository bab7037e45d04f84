import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { Problem } from "@/lib/api/problem";
import type { Document } from "@/lib/api/types";
import { DocumentNews } from "@/lib/document-news";
import { usePageSeen } from "@/lib/media";
import { serverEvents } from "@/lib/sse";

const RECONNECT_MS = 2_000;

/** Keeps what is known of a clone's documents at the state the server reports. */
export function useDocumentEvents(cloneId: string): void {
  const queries = useQueryClient();
  const isSeen = usePageSeen();
  const wasAway = useRef(false);
  useEffect(() => {
    if (!isSeen) {
      wasAway.current = true;
      return;
    }
    const abort = new AbortController();
    const news = new DocumentNews(queries, cloneId);
    if (wasAway.current) news.refetchSoon();
    void keepListening(cloneId, news, abort.signal);
    return () => {
      abort.abort();
      news.close();
    };
  }, [cloneId, queries, isSeen]);
}

async function keepListening(
  cloneId: string,
  news: DocumentNews,
  signal: AbortSignal,
): Promise<void> {
  while (await listenUntilBroken(cloneId, news, signal)) {
    await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
    if (signal.aborted) return;
    // What happened in between was not heard.
    news.refetchSoon();
  }
}

/** False when the server refuses for good. */
async function listenUntilBroken(
  cloneId: string,
  news: DocumentNews,
  signal: AbortSignal,
): Promise<boolean> {
  const url = new URL(`/api/clones/${cloneId}/documents/events`, location.origin);
  news.startOver();
  try {
    for await (const { event, data } of serverEvents(new Request(url, { signal }))) {
      if (event === "document") news.changed(JSON.parse(data) as Document);
      if (event === "deleted") news.gone((JSON.parse(data) as { id: string }).id);
    }
    return true;
  } catch (error) {
    return !(error instanceof Problem && error.isRefusal);
  }
}
