import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, unwrap } from "@/lib/api/client";
import type { Clone } from "@/lib/api/types";
import { cloneKeys } from "@/lib/queries/clones";
import { conversationKeys } from "@/lib/queries/conversations";
import { Button } from "@/ui/button";
import { ConfirmDialog } from "@/ui/confirm-dialog";
import { notify, notifyError } from "@/ui/toast";

export function DeleteClone({ clone }: { clone: Clone }) {
  const [asking, setAsking] = useState(false);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () =>
      unwrap(api.DELETE("/api/clones/{clone_id}", { params: { path: { clone_id: clone.id } } })),
    onSuccess: async () => {
      await navigate({ to: "/", ignoreBlocker: true });
      notify(`${clone.name} was deleted`);
      queries.removeQueries({ queryKey: cloneKeys.one(clone.id) });
      await queries.invalidateQueries({ queryKey: cloneKeys.lists });
      await queries.invalidateQueries({ queryKey: conversationKeys.list });
    },
    onError: (error) => notifyError("The clone was not deleted", error),
  });

  return (
    <section aria-labelledby="delete-title" className="rounded-lg border border-danger/40 p-5">
      <h2 id="delete-title" className="font-semibold">
        Delete this clone
      </h2>
      <p className="mt-1 mb-4 text-muted text-sm">
        Its documents and all conversations with it go too. This cannot be undone.
      </p>
      <Button variant="danger" busy={remove.isPending} onClick={() => setAsking(true)}>
        Delete clone
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Delete ${clone.name}?`}
        description="Its documents, its vectors and every conversation with it will be gone for good."
        action="Delete for good"
        onConfirm={() => remove.mutate()}
      />
    </section>
  );
}
