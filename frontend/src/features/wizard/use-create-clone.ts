import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, unwrap } from "@/lib/api/client";
import { putDocument } from "@/lib/document-cache";
import type { FoundFile } from "@/lib/dropped-files";
import { completeStep } from "@/lib/first-run";
import { cloneKeys } from "@/lib/queries/clones";
import { addUploads } from "@/lib/uploads";
import { type Draft, dropDraft, toRequest } from "./draft";

/** Makes the clone, hands it its files, and goes where one can watch or talk. */
export function useCreateClone() {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [files, setFiles] = useState<FoundFile[]>([]);

  const create = useMutation({
    mutationFn: (draft: Draft) => unwrap(api.POST("/api/clones", { body: toRequest(draft) })),
    onSuccess: async (clone) => {
      dropDraft();
      completeStep("name");
      const params = { cloneId: clone.id };
      if (files.length === 0) {
        await navigate({ to: "/chat/$cloneId/{-$conversationId}", params });
      } else {
        addUploads(files, {
          cloneId: clone.id,
          onArrived: (document) => putDocument(queries, document),
        });
        await navigate({ to: "/clones/$cloneId/memory", params });
      }
      await queries.invalidateQueries({ queryKey: cloneKeys.all });
    },
  });

  return { create, files, setFiles };
}
