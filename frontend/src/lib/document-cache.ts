import { hashKey, type QueryClient } from "@tanstack/react-query";
import type { PageOf } from "@/lib/api/client";
import type { Document } from "@/lib/api/types";
import { isUnderWay } from "@/lib/document-stages";
import { DOCUMENTS_PER_PAGE, documentKeys, underWayQuery } from "@/lib/queries/documents";

/** What is known anew of documents, by id; null where one is gone. */
export type Changes = ReadonlyMap<string, Document | null>;

export type UnderWay = Readonly<Record<string, Document>>;

/** What is still under way once the changes are known. */
export function followed(before: UnderWay, changes: Changes): UnderWay {
  const now: Record<string, Document> = { ...before };
  for (const [id, document] of changes) {
    if (document && isUnderWay(document)) now[id] = document;
    else delete now[id];
  }
  return now;
}

/** Puts changes into whatever lists are on screen, without asking for these again. */
export function putChanges(queries: QueryClient, cloneId: string, changes: Changes): void {
  const { queryKey } = underWayQuery(cloneId);
  queries.setQueryData(queryKey, (before: UnderWay = {}) => followed(before, changes));
  const newest = documentKeys.newest(cloneId);
  for (const [key, page] of queries.getQueriesData<PageOf<Document>>({
    queryKey: documentKeys.list(cloneId),
  })) {
    const isNewest = hashKey(key) === hashKey(newest);
    if (page) queries.setQueryData(key, isNewest ? withNew(page, changes) : changed(page, changes));
  }
}

function changed(page: PageOf<Document>, changes: Changes): PageOf<Document> {
  return { ...page, rows: page.rows.map((row) => changes.get(row.id) ?? row) };
}

/** Ids grow with time, so that a greater one than the first is not on a later page. */
export function withNew(page: PageOf<Document>, changes: Changes): PageOf<Document> {
  const { rows, total } = changed(page, changes);
  const first = rows[0]?.id ?? "";
  const added = [...changes.values()].filter((row) => row !== null).filter(({ id }) => id > first);
  added.sort((one, other) => (one.id < other.id ? 1 : -1));
  return {
    rows: [...added, ...rows].slice(0, DOCUMENTS_PER_PAGE),
    total: total + added.length,
  };
}

/** A document that the server answered with, at once. */
export function putDocument(queries: QueryClient, document: Document): void {
  putChanges(queries, document.clone_id, new Map([[document.id, document]]));
}
