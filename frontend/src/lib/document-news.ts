import type { QueryClient } from "@tanstack/react-query";
import type { Document } from "@/lib/api/types";
import { putChanges, type UnderWay } from "@/lib/document-cache";
import { isUnderWay } from "@/lib/document-stages";
import { completeStep } from "@/lib/first-run";
import { cloneKeys } from "@/lib/queries/clones";
import { documentKeys } from "@/lib/queries/documents";
import { memoryKeys } from "@/lib/queries/memory";

/** Thousands of documents change faster than a page needs to be drawn. */
const GATHER_MS = 100;
/** Lists and counts are asked for anew at most this often, however many documents finish. */
const REFETCH_MS = 1_000;

/** Gathers what is heard of a clone's documents, and hands it on in portions. */
export class DocumentNews {
  private readonly queries: QueryClient;
  private readonly cloneId: string;
  private changes = new Map<string, Document | null>();
  private gathering: ReturnType<typeof setTimeout> | undefined;
  private isBehind = false;
  private catchingUp: Promise<void> | undefined;
  private refetched = 0;
  private isClosed = false;

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

  /** Asks anew once the answer before is there: on a slow line none would ever arrive otherwise. */
  refetchSoon(): void {
    this.isBehind = true;
    this.catchingUp ??= this.catchUp();
  }

  close(): void {
    clearTimeout(this.gathering);
    this.isClosed = true;
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

  private async catchUp(): Promise<void> {
    while (this.isBehind) {
      await new Promise((resolve) => setTimeout(resolve, this.wait()));
      if (this.isClosed) return;
      this.isBehind = false;
      this.refetched = Date.now();
      await Promise.all(
        [documentKeys.list(this.cloneId), memoryKeys.status(this.cloneId), cloneKeys.lists].map(
          (queryKey) => this.queries.invalidateQueries({ queryKey }),
        ),
      );
    }
    this.catchingUp = undefined;
  }

  private wait(): number {
    return Math.max(GATHER_MS, this.refetched + REFETCH_MS - Date.now());
  }
}
