import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { UseFormReturn } from "react-hook-form";
import { api, unwrap } from "@/lib/api/client";
import { cloneKeys, cloneQuery, settingsQuery } from "@/lib/queries/clones";
import { notify } from "@/ui/toast";
import { type SettingsForm, toForm, toPatches } from "./changes";

/** Sends what changed, and only that; the form then holds what the server answered. */
export function useSaveSettings(cloneId: string, form: UseFormReturn<SettingsForm>) {
  const queries = useQueryClient();

  const { mutate, error, isPending } = useMutation({
    mutationFn: async (after: SettingsForm) => {
      const before = form.formState.defaultValues as SettingsForm;
      const { clone, settings } = toPatches(before, after);
      const params = { path: { clone_id: cloneId } };
      if (Object.keys(settings).length) {
        await unwrap(api.PATCH("/api/clones/{clone_id}/settings", { params, body: settings }));
      }
      if (Object.keys(clone).length) {
        await unwrap(api.PATCH("/api/clones/{clone_id}", { params, body: clone }));
      }
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: cloneKeys.all });
      const [clone, settings] = await Promise.all([
        queries.ensureQueryData(cloneQuery(cloneId)),
        queries.ensureQueryData(settingsQuery(cloneId)),
      ]);
      form.reset(toForm(clone, settings));
      notify("Settings saved");
    },
  });

  return { submit: form.handleSubmit((after) => mutate(after)), error, isPending };
}
