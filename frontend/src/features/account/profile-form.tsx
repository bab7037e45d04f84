import { useMutation } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { api, unwrap } from "@/lib/api/client";
import { explain } from "@/lib/api/problem";
import type { User } from "@/lib/api/types";
import { updateUser } from "@/lib/session";
import { Button } from "@/ui/button";
import { Input } from "@/ui/input";
import { notify } from "@/ui/toast";
import { Card } from "./card";

export function ProfileForm({ user }: { user: User }) {
  const { register, handleSubmit, formState, reset } = useForm({
    defaultValues: { display_name: user.display_name ?? "" },
  });
  const save = useMutation({
    mutationFn: (body: { display_name: string }) => unwrap(api.PATCH("/api/auth/me", { body })),
    onSuccess: (changed) => {
      updateUser(changed);
      reset({ display_name: changed.display_name ?? "" });
      notify("Name saved");
    },
  });
  const error = formState.errors.display_name?.message;
  return (
    <Card title="Profile">
      <form
        noValidate
        onSubmit={handleSubmit((body) => save.mutate(body))}
        className="flex flex-col gap-4"
      >
        <Input
          label="Display name"
          autoComplete="name"
          error={error ?? (save.error ? explain(save.error) : undefined)}
          {...register("display_name", {
            validate: (name) => Boolean(name.trim()) || "Enter a name.",
          })}
        />
        <Button
          type="submit"
          className="self-start"
          busy={save.isPending}
          disabled={!formState.isDirty}
        >
          Save name
        </Button>
      </form>
    </Card>
  );
}
