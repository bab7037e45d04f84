import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api/client";
import type { Document } from "@/lib/api/types";
import { documentKeys } from "@/lib/queries/documents";
import { notifyError } from "@/ui/toast";

export function useReprocess() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ clone_id, id }: Document) =>
      unwrap(
        api.POST("/api/clones/{clone_id}/documents/{doc_id}/reprocess", {
          params: { path: { clone_id, doc_id: id } },
        }),
      ),
    onSuccess: (_, { clone_id }) =>
      queries.invalidateQueries({ queryKey: documentKeys.list(clone_id) }),
    onError: (error) => notifyError("It was not started again", error),
  });
}
