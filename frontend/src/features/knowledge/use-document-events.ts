import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { Problem } from "@/lib/api/problem";
import type { Document } from "@/lib/api/types";
import { completeStep } from "@/lib/first-run";
import { cloneKeys } from "@/lib/queries/clones";
import { documentKeys } from "@/lib/queries/documents";
import { serverEvents } from "@/lib/sse";
import { isUnderWay, putDocument } from "./document-cache";

const RECONNECT_MS = 2_000;

/** Keeps the list of documents at the state the server reports, while the page is open. */
export function useDocumentEvents(cloneId: string): void {
  const queries = useQueryClient();
  useEffect(() => {
    const abort = new AbortController();

    function show(document: Document) {
      putDocument(queries, document);
      if (isUnderWay(document)) return;
      if (document.status === "completed") completeStep("file");
      queries.invalidateQueries({ queryKey: cloneKeys.lists });
      queries.invalidateQueries({ queryKey: documentKeys.one(cloneId, document.id) });
    }

    async function listen() {
      const url = new URL(`/api/clones/${cloneId}/documents/events`, location.origin);
      for await (const { event, data } of serverEvents(
        new Request(url, { signal: abort.signal }),
      )) {
        if (event === "document") show(JSON.parse(data) as Document);
      }
    }

    /** False when the server refuses for good. */
    async function listenUntilBroken(): Promise<boolean> {
      try {
        await listen();
        return true;
      } catch (error) {
        return !(error instanceof Problem && error.isRefusal);
      }
    }

    async function keepListening() {
      while (await listenUntilBroken()) {
        await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
        if (abort.signal.aborted) return;
        // What happened in between was not heard.
        queries.invalidateQueries({ queryKey: documentKeys.list(cloneId) });
      }
    }

    void keepListening();
    return () => abort.abort();
  }, [cloneId, queries]);
}
