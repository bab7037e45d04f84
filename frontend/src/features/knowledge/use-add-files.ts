import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import type { Document } from "@/lib/api/types";
import { putDocument } from "@/lib/document-cache";
import type { Found } from "@/lib/dropped-files";
import { memoryKeys } from "@/lib/queries/memory";
import { plural } from "@/lib/text";
import { addUploads, retryUploads } from "@/lib/uploads";
import { notify } from "@/ui/toast";

export function useAddFiles(cloneId: string) {
  const queries = useQueryClient();

  const onArrived = useCallback(
    (document: Document) => {
      putDocument(queries, document);
      // Of many that arrive, each would break off the question of the one before.
      queries.invalidateQueries(
        { queryKey: memoryKeys.status(document.clone_id) },
        { cancelRefetch: false },
      );
    },
    [queries],
  );

  const addFiles = useCallback(
    ({ files, leftOut }: Found) => {
      addUploads(files, { cloneId, onArrived });
      if (leftOut > 0) void notify(`${plural(leftOut, "file")} without text stayed in the folder.`);
      else if (files.length === 0) void notify("There is no file in it.");
    },
    [cloneId, onArrived],
  );

  /** A new version: the passages of the old one answer until it is read. */
  const replace = useCallback(
    ({ id, clone_id }: Document, file: File) =>
      addUploads([{ file, path: file.name }], { cloneId: clone_id, replaces: id, onArrived }),
    [onArrived],
  );

  const retry = useCallback((ids: string[]) => retryUploads(ids, onArrived), [onArrived]);

  return { addFiles, replace, retry };
}
