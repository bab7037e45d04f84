import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api/client";
import { cloneKeys, settingsQuery } from "@/lib/queries/clones";
import { sentence } from "@/lib/text";
import { Button } from "@/ui/button";
import { notifyError } from "@/ui/toast";

const POLL_MS = 2_000;

/** How far a change of the embedding is, or why it stopped; nothing when none is under way. */
export function Reembedding({ cloneId }: { cloneId: string }) {
  const { data } = useQuery({
    ...settingsQuery(cloneId),
    refetchInterval: ({ state }) => {
      const change = state.data?.reembedding;
      return change && !change.error_message ? POLL_MS : false;
    },
  });
  const retry = useRetry(cloneId);
  if (!data?.reembedding) return null;

  const { serving_provider, serving_model, progress_percentage, error_message } = data.reembedding;
  const meanwhile = `Until that is done, answers use ${serving_provider}, ${serving_model}.`;
  if (!error_message) {
    return (
      <p role="status" className="rounded-md bg-warn-tint px-3 py-2 text-sm text-warn">
        Re-indexing the documents: {progress_percentage} % done. {meanwhile}
      </p>
    );
  }
  return (
    <div
      role="alert"
      className="flex flex-wrap items-center gap-3 rounded-md bg-danger-tint px-3 py-2 text-sm"
    >
      <p className="min-w-48 flex-1">
        <strong className="font-semibold">Re-indexing stopped.</strong> {sentence(error_message)}{" "}
        {meanwhile}
      </p>
      <Button size="sm" disabled={retry.isPending} onClick={() => retry.mutate()}>
        Try again
      </Button>
    </div>
  );
}

/** The same embedding sent again makes one more try. */
function useRetry(cloneId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      const { embedding_provider, embedding_model } = await queries.ensureQueryData(
        settingsQuery(cloneId),
      );
      const params = { path: { clone_id: cloneId } };
      const body = { embedding_provider, embedding_model };
      return unwrap(api.PATCH("/api/clones/{clone_id}/settings", { params, body }));
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: cloneKeys.all }),
    onError: (error) => notifyError("It could not be tried again", error),
  });
}
