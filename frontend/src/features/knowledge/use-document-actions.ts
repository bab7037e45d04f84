import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api/client";
import type { Document, DocumentPatch } from "@/lib/api/types";
import { putDocument } from "@/lib/document-cache";
import { memoryKeys } from "@/lib/queries/memory";
import { useRetry } from "@/lib/retries";
import { notifyError } from "@/ui/toast";

const at = ({ clone_id, id }: Document) => ({ params: { path: { clone_id, doc_id: id } } });

/** Does something to a document, and shows what the server made of it. */
function useDocumentAction<T>(failure: string, act: (what: T) => Promise<Document>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: (document) => {
      putDocument(queries, document);
      queries.invalidateQueries({ queryKey: memoryKeys.status(document.clone_id) });
    },
    onError: (error) => notifyError(failure, error),
  });
}

export function useReprocess() {
  return useRetry((error) => notifyError("It was not started again", error));
}

export function useCancel() {
  return useDocumentAction("It was not stopped", (document: Document) =>
    unwrap(api.POST("/api/clones/{clone_id}/documents/{doc_id}/cancel", at(document))),
  );
}

interface Change {
  document: Document;
  body: DocumentPatch;
}

export function useChange() {
  return useDocumentAction("It was not changed", ({ document, body }: Change) =>
    unwrap(api.PATCH("/api/clones/{clone_id}/documents/{doc_id}", { ...at(document), body })),
  );
}
