import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api/client";
import type { Document } from "@/lib/api/types";
import { putDocument } from "@/lib/document-cache";
import { documentKeys } from "@/lib/queries/documents";
import { memoryKeys } from "@/lib/queries/memory";

/** Reads a document once more: a file as it was uploaded, a web page as it is now. */
export function useRetry(onError: (error: Error) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ clone_id, id }: Document) =>
      unwrap(
        api.POST("/api/clones/{clone_id}/documents/{doc_id}/reprocess", {
          params: { path: { clone_id, doc_id: id } },
        }),
      ),
    onSuccess: (document) => {
      putDocument(queries, document);
      queries.invalidateQueries({ queryKey: memoryKeys.status(document.clone_id) });
    },
    onError,
  });
}

/** Has everything read that is not, such as all that failed. */
export function useRetryAll(cloneId: string, onError: (error: Error) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/rag/documents/process/{clone_id}", {
          params: { path: { clone_id: cloneId } },
        }),
      ),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: documentKeys.list(cloneId) });
      await queries.invalidateQueries({ queryKey: memoryKeys.status(cloneId) });
    },
    onError,
  });
}
