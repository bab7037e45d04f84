import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Eraser } from "lucide-react";
import { useState } from "react";
import { api, unwrap } from "@/lib/api/client";
import { cloneKeys } from "@/lib/queries/clones";
import { documentKeys } from "@/lib/queries/documents";
import { memoryKeys } from "@/lib/queries/memory";
import { Button } from "@/ui/button";
import { ConfirmDialog } from "@/ui/confirm-dialog";
import { notify, notifyError } from "@/ui/toast";

/** Takes all passages out of the memory, and keeps the documents. */
export function EmptyMemory({ cloneId }: { cloneId: string }) {
  const [asking, setAsking] = useState(false);
  const empty = useEmpty(cloneId);
  return (
    <>
      <Button
        variant="ghost"
        size="sm"
        className="self-start"
        busy={empty.isPending}
        onClick={() => setAsking(true)}
      >
        <Eraser aria-hidden />
        Empty the memory
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title="Empty the memory?"
        description="All passages are removed, and answers come without documents. The documents are kept, and can be read again."
        action="Empty it"
        onConfirm={() => empty.mutate()}
      />
    </>
  );
}

function useEmpty(cloneId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      unwrap(
        api.DELETE("/api/rag/cleanup/{clone_id}", { params: { path: { clone_id: cloneId } } }),
      ),
    onSuccess: async ({ message }) => {
      void notify(message);
      await queries.invalidateQueries({ queryKey: memoryKeys.status(cloneId) });
      await queries.invalidateQueries({ queryKey: documentKeys.list(cloneId) });
      await queries.invalidateQueries({ queryKey: cloneKeys.all });
    },
    onError: (error) => notifyError("The memory was not emptied", error),
  });
}
