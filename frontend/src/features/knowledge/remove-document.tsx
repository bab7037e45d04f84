import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api/client";
import type { Document } from "@/lib/api/types";
import { cloneKeys } from "@/lib/queries/clones";
import { documentKeys } from "@/lib/queries/documents";
import { memoryKeys } from "@/lib/queries/memory";
import { ConfirmDialog } from "@/ui/confirm-dialog";
import { notifyError } from "@/ui/toast";

interface RemoveDocumentProps {
  document: Document | null;
  onClose: () => void;
}

export function RemoveDocument({ document, onClose }: RemoveDocumentProps) {
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: ({ clone_id, id }: Document) =>
      unwrap(
        api.DELETE("/api/clones/{clone_id}/documents/{doc_id}", {
          params: { path: { clone_id, doc_id: id } },
        }),
      ),
    onSuccess: async (_, { clone_id }) => {
      await queries.invalidateQueries({ queryKey: documentKeys.list(clone_id) });
      await queries.invalidateQueries({ queryKey: memoryKeys.status(clone_id) });
      await queries.invalidateQueries({ queryKey: cloneKeys.all });
    },
    onError: (error) => notifyError("The document was not deleted", error),
  });
  return (
    <ConfirmDialog
      open={document !== null}
      onOpenChange={(open) => !open && onClose()}
      title="Delete this document?"
      description={`“${document?.title}” and its passages will be gone, and answers will no longer use them.`}
      action="Delete"
      onConfirm={() => document && remove.mutate(document)}
    />
  );
}
