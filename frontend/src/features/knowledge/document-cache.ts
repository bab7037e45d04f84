import type { QueryClient } from "@tanstack/react-query";
import type { Document } from "@/lib/api/types";
import { documentKeys } from "@/lib/queries/documents";

/** Puts the newest state of a document into the list on screen; a new one comes first. */
export function putDocument(queries: QueryClient, document: Document): void {
  queries.setQueryData<Document[]>(documentKeys.list(document.clone_id), (list) =>
    list?.some(({ id }) => id === document.id)
      ? list.map((row) => (row.id === document.id ? document : row))
      : list && [document, ...list],
  );
}

export function isUnderWay({ status }: Document): boolean {
  return status === "pending" || status === "processing";
}
