import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { api, unwrap } from "@/lib/api/client";
import { explain } from "@/lib/api/problem";
import { putDocument } from "@/lib/document-cache";
import { memoryKeys } from "@/lib/queries/memory";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Input, Textarea } from "@/ui/input";

interface PasteDialogProps {
  cloneId: string;
  onClose: () => void;
}

export default function PasteDialog({ cloneId, onClose }: PasteDialogProps) {
  return (
    <Dialog open onOpenChange={onClose} title="Paste text">
      <PasteForm cloneId={cloneId} onClose={onClose} />
    </Dialog>
  );
}

interface Fields {
  title: string;
  content: string;
}

const filled = (message: string) => ({
  validate: (text: string) => Boolean(text.trim()) || message,
});

function PasteForm({ cloneId, onClose }: PasteDialogProps) {
  const queries = useQueryClient();
  const { register, handleSubmit, formState } = useForm<Fields>();
  const { errors } = formState;
  const add = useMutation({
    mutationFn: (fields: Fields) =>
      unwrap(
        api.POST("/api/clones/{clone_id}/documents", {
          params: { path: { clone_id: cloneId } },
          body: { ...fields, source_type: "manual" },
        }),
      ),
    onSuccess: (document) => {
      putDocument(queries, document);
      queries.invalidateQueries({ queryKey: memoryKeys.status(cloneId) });
      onClose();
    },
  });

  return (
    <form
      noValidate
      className="flex flex-col gap-4"
      onSubmit={handleSubmit((fields) => add.mutate(fields))}
    >
      <Input
        label="Title"
        autoFocus
        error={errors.title?.message}
        {...register("title", filled("Give it a title, so that answers can name it."))}
      />
      <Textarea
        label="Text"
        rows={10}
        error={errors.content?.message ?? (add.error ? explain(add.error) : undefined)}
        {...register("content", filled("Paste the text."))}
      />
      <div className="flex justify-end gap-2">
        <Button variant="ghost" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" variant="primary" busy={add.isPending}>
          Add
        </Button>
      </div>
    </form>
  );
}
