import { Link } from "@tanstack/react-router";
import { useForm } from "react-hook-form";
import { api, unwrap } from "@/lib/api/client";
import { signIn } from "@/lib/session";
import { Button } from "@/ui/button";
import { Input } from "@/ui/input";
import { emailRules, FormTrouble, showProblem } from "./form";

interface Fields {
  display_name: string;
  email: string;
  password: string;
}

const PASSWORD_MIN = 8;

const passwordRules = {
  required: "Choose a password.",
  minLength: { value: PASSWORD_MIN, message: `Use at least ${PASSWORD_MIN} characters.` },
};

interface RegisterFormProps {
  /** The page one came from. */
  from?: string;
  onDone: () => void | Promise<void>;
}

export function RegisterForm({ from, onDone }: RegisterFormProps) {
  const { register, handleSubmit, setError, formState } = useForm<Fields>();
  const { errors, isSubmitting } = formState;

  const submit = handleSubmit(async ({ display_name, ...credentials }) => {
    const body = { ...credentials, display_name: display_name.trim() || undefined };
    try {
      signIn(await unwrap(api.POST("/api/auth/register", { body })));
    } catch (error) {
      return showProblem(error, ["email", "password", "display_name"], setError);
    }
    await onDone();
  });

  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-5">
      <h1 className="font-semibold text-3xl">Create your account</h1>
      <FormTrouble message={errors.root?.message} />
      <Input
        label="Your name (optional)"
        autoComplete="name"
        autoFocus
        error={errors.display_name?.message}
        {...register("display_name")}
      />
      <Input
        label="E-mail"
        type="email"
        autoComplete="email"
        error={errors.email?.message}
        {...register("email", emailRules)}
      />
      <Input
        label="Password"
        type="password"
        autoComplete="new-password"
        hint={`At least ${PASSWORD_MIN} characters.`}
        error={errors.password?.message}
        {...register("password", passwordRules)}
      />
      <Button type="submit" variant="primary" size="lg" busy={isSubmitting}>
        Create account
      </Button>
      <p className="text-muted text-sm">
        Already registered?{" "}
        <Link to="/login" search={{ from }} className="font-medium text-accent underline">
          Log in
        </Link>
      </p>
    </form>
  );
}
