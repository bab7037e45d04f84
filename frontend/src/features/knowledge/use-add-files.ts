import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import type { Document } from "@/lib/api/types";
import { documentKeys } from "@/lib/queries/documents";
import { addUploads, retryUpload } from "@/lib/uploads";
import { putDocument } from "./document-cache";

export function useAddFiles(cloneId: string) {
  const queries = useQueryClient();

  const onArrived = useCallback(
    (owner: string, documents: Document[]) => {
      for (const document of documents) putDocument(queries, document);
      queries.invalidateQueries({ queryKey: documentKeys.list(owner) });
    },
    [queries],
  );

  const addFiles = useCallback(
    (files: File[]) => addUploads(cloneId, files, onArrived),
    [cloneId, onArrived],
  );

  const retry = useCallback((id: string) => retryUpload(id, onArrived), [onArrived]);

  return { addFiles, retry };
}
