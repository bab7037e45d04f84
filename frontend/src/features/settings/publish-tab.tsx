import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api/client";
import type { Clone } from "@/lib/api/types";
import { cloneKeys } from "@/lib/queries/clones";
import { Switch } from "@/ui/switch";
import { notify, notifyError } from "@/ui/toast";
import { DeleteClone } from "./delete-clone";

export default function PublishTab({ clone }: { clone: Clone }) {
  const queries = useQueryClient();
  const publish = useMutation({
    mutationFn: (published: boolean) => {
      const params = { path: { clone_id: clone.id } };
      return unwrap(
        published
          ? api.POST("/api/clones/{clone_id}/publish", { params })
          : api.POST("/api/clones/{clone_id}/unpublish", { params }),
      );
    },
    onSuccess: async (_, published) => {
      await queries.invalidateQueries({ queryKey: cloneKeys.all });
      notify(published ? "Published" : "No longer published");
    },
    onError: (error) => notifyError("Nothing was changed", error),
  });

  return (
    <div className="flex flex-col gap-8">
      <Switch
        label="Published"
        hint="Everyone on this server may chat with it. They see the passages an answer cites, not the documents themselves, and never the instructions."
        checked={publish.isPending ? publish.variables : clone.is_published}
        disabled={publish.isPending}
        onChange={(published) => publish.mutate(published)}
      />
      <DeleteClone clone={clone} />
    </div>
  );
}
