import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { Problem } from "@/lib/api/problem";
import type { Document } from "@/lib/api/types";
import { putChanges, type UnderWay } from "@/lib/document-cache";
import { isUnderWay } from "@/lib/document-stages";
import { completeStep } from "@/lib/first-run";
import { cloneKeys } from "@/lib/queries/clones";
import { documentKeys } from "@/lib/queries/documents";
import { memoryKeys } from "@/lib/queries/memory";
import { serverEvents } from "@/lib/sse";

const RECONNECT_MS = 2_000;
/** Thousands of documents change faster than a page needs to be drawn. */
const GATHER_MS = 100;
/** Lists and counts are asked for anew at most this often, however many documents finish. */
const REFETCH_MS = 1_000;

/** Keeps what is known of a clone's documents at the state the server reports. */
export function useDocumentEvents(cloneId: string): void {
  const queries = useQueryClient();
  useEffect(() => {
    const abort = new AbortController();
    const news = new News(queries, cloneId);
    void keepListening(cloneId, news, abort.signal);
    return () => {
      abort.abort();
      news.close();
    };
  }, [cloneId, queries]);
}

async function keepListening(cloneId: string, news: News, signal: AbortSignal): Promise<void> {
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
  news: News,
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

/** Gathers what is heard, and hands it on in portions. */
class News {
  private readonly queries: QueryClient;
  private readonly cloneId: string;
  private changes = new Map<string, Document | null>();
  private gathering: ReturnType<typeof setTimeout> | undefined;
  private refetching: ReturnType<typeof setTimeout> | undefined;
  private refetched = 0;

  constructor(queries: QueryClient, cloneId: string) {
    this.queries = queries;
    this.cloneId = cloneId;
  }

  /** A stream begins with all that is under way. */
  startOver(): void {
    this.queries.setQueryData(documentKeys.underWay(this.cloneId), {});
  }

  changed(document: Document): void {
    this.hear(document.id, document);
    if (isUnderWay(document)) {
      if (!this.isKnown(document.id)) this.refetchSoon();
      return;
    }
    if (document.status === "completed") completeStep("file");
    this.queries.invalidateQueries({ queryKey: documentKeys.one(this.cloneId, document.id) });
    this.queries.invalidateQueries({ queryKey: documentKeys.chunks(this.cloneId, document.id) });
    this.refetchSoon();
  }

  gone(id: string): void {
    this.hear(id, null);
    this.refetchSoon();
  }

  refetchSoon(): void {
    const wait = Math.max(GATHER_MS, this.refetched + REFETCH_MS - Date.now());
    this.refetching ??= setTimeout(() => this.refetch(), wait);
  }

  close(): void {
    clearTimeout(this.gathering);
    clearTimeout(this.refetching);
  }

  private isKnown(id: string): boolean {
    const underWay = this.queries.getQueryData<UnderWay>(documentKeys.underWay(this.cloneId));
    return Boolean(underWay?.[id]);
  }

  private hear(id: string, document: Document | null): void {
    this.changes.set(id, document);
    this.gathering ??= setTimeout(() => {
      putChanges(this.queries, this.cloneId, this.changes);
      this.changes = new Map();
      this.gathering = undefined;
    }, GATHER_MS);
  }

  private refetch(): void {
    this.refetching = undefined;
    this.refetched = Date.now();
    for (const queryKey of [
      documentKeys.list(this.cloneId),
      memoryKeys.status(this.cloneId),
      cloneKeys.lists,
    ]) {
      this.queries.invalidateQueries({ queryKey });
    }
  }
}
