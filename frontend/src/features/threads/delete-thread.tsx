import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api/client";
import type { Conversation } from "@/lib/api/types";
import { conversationKeys } from "@/lib/queries/conversations";
import { ConfirmDialog } from "@/ui/confirm-dialog";
import { notifyError } from "@/ui/toast";

interface DeleteThreadProps {
  conversation: Conversation;
  onClose: () => void;
  onDeleted: (conversation: Conversation) => void;
}

export default function DeleteThread({ conversation, onClose, onDeleted }: DeleteThreadProps) {
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: ({ id }: Conversation) =>
      unwrap(
        api.DELETE("/api/conversations/{conversation_id}", {
          params: { path: { conversation_id: id } },
        }),
      ),
    onSuccess: async (_, gone) => {
      onDeleted(gone);
      await queries.invalidateQueries({ queryKey: conversationKeys.list });
      queries.removeQueries({ queryKey: conversationKeys.one(gone.id) });
    },
    onError: (error) => notifyError("The conversation was not deleted", error),
  });

  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title="Delete this conversation?"
      description={`“${conversation.title || "New chat"}” and all its messages will be gone.`}
      action="Delete"
      onConfirm={() => remove.mutate(conversation)}
    />
  );
}
