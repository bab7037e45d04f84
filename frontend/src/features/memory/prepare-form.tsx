import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { api, unwrap } from "@/lib/api/client";
import { explain } from "@/lib/api/problem";
import type { MemoryStatus } from "@/lib/api/types";
import { cloneKeys } from "@/lib/queries/clones";
import { documentKeys } from "@/lib/queries/documents";
import { memoryKeys } from "@/lib/queries/memory";
import { sentence } from "@/lib/text";
import { Button } from "@/ui/button";
import { Textarea } from "@/ui/input";

interface PrepareFormProps {
  cloneId: string;
  status: MemoryStatus;
}

/** Begins the preparation of everything that the clone has and has not read. */
export function PrepareForm({ cloneId, status }: PrepareFormProps) {
  const prepare = usePrepare(cloneId, status);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    prepare.mutate(String(new FormData(event.currentTarget).get("context")));
  }
  return (
    <form onSubmit={submit} className="flex flex-col items-start gap-3">
      <Textarea
        label="What it is about (optional)"
        name="context"
        rows={2}
        className="w-full"
        hint="The model is told, besides the passages."
        error={prepare.error ? sentence(explain(prepare.error)) : undefined}
      />
      <Button type="submit" variant="primary" busy={prepare.isPending}>
        Prepare the memory
      </Button>
    </form>
  );
}

function usePrepare(cloneId: string, { domain_name, expert_name }: MemoryStatus) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (context: string) =>
      unwrap(
        api.POST("/api/rag/initialize/{clone_id}", {
          params: { path: { clone_id: cloneId } },
          body: { domain_name, expert_name, context },
        }),
      ),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: memoryKeys.status(cloneId) });
      await queries.invalidateQueries({ queryKey: documentKeys.list(cloneId) });
      await queries.invalidateQueries({ queryKey: cloneKeys.all });
    },
  });
}
