import { useMutation } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { api, unwrap } from "@/lib/api/client";
import { explain } from "@/lib/api/problem";
import { signIn } from "@/lib/session";
import { Button } from "@/ui/button";
import { Input } from "@/ui/input";
import { notify } from "@/ui/toast";
import { Card } from "./card";

const PASSWORD_MIN = 8;
const EMPTY = { current_password: "", new_password: "" };

export function PasswordForm() {
  const { register, handleSubmit, formState, reset } = useForm({ defaultValues: EMPTY });
  const { errors } = formState;
  const change = useMutation({
    mutationFn: (body: typeof EMPTY) => unwrap(api.POST("/api/auth/password", { body })),
    // A new password ends every session, so the answer opens a new one for this browser.
    onSuccess: (answer) => {
      signIn(answer);
      reset(EMPTY);
      notify("Password changed");
    },
  });
  return (
    <Card title="Password">
      <form
        noValidate
        onSubmit={handleSubmit((body) => change.mutate(body))}
        className="flex flex-col gap-4"
      >
        <Input
          label="Current password"
          type="password"
          autoComplete="current-password"
          error={
            errors.current_password?.message ?? (change.error ? explain(change.error) : undefined)
          }
          {...register("current_password", { required: "Enter your current password." })}
        />
        <Input
          label="New password"
          type="password"
          autoComplete="new-password"
          hint={`At least ${PASSWORD_MIN} characters.`}
          error={errors.new_password?.message}
          {...register("new_password", {
            required: "Choose a new password.",
            minLength: { value: PASSWORD_MIN, message: `Use at least ${PASSWORD_MIN} characters.` },
          })}
        />
        <Button type="submit" className="self-start" busy={change.isPending}>
          Change password
        </Button>
      </form>
    </Card>
  );
}
