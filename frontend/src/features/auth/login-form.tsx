import { Link } from "@tanstack/react-router";
import { useForm } from "react-hook-form";
import { api, unwrap } from "@/lib/api/client";
import { signIn } from "@/lib/session";
import { Button } from "@/ui/button";
import { Input } from "@/ui/input";
import { emailRules, FormTrouble, showProblem } from "./form";

interface Fields {
  email: string;
  password: string;
}

interface AuthFormProps {
  /** The page one came from. */
  from?: string;
  onDone: () => void | Promise<void>;
}

export function LoginForm({ from, onDone }: AuthFormProps) {
  const { register, handleSubmit, setError, formState } = useForm<Fields>();
  const { errors, isSubmitting } = formState;

  const submit = handleSubmit(async (body) => {
    try {
      signIn(await unwrap(api.POST("/api/auth/login", { body })));
    } catch (error) {
      return showProblem(error, ["email", "password"], setError);
    }
    await onDone();
  });

  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-5">
      <h1 className="font-semibold text-3xl">Welcome back</h1>
      <FormTrouble message={errors.root?.message} />
      <Input
        label="E-mail"
        type="email"
        autoComplete="email"
        autoFocus
        error={errors.email?.message}
        {...register("email", emailRules)}
      />
      <Input
        label="Password"
        type="password"
        autoComplete="current-password"
        error={errors.password?.message}
        {...register("password", { required: "Enter your password." })}
      />
      <Button type="submit" variant="primary" size="lg" busy={isSubmitting}>
        Log in
      </Button>
      <p className="text-muted text-sm">
        No account yet?{" "}
        <Link to="/register" search={{ from }} className="font-medium text-accent underline">
          Register
        </Link>
      </p>
    </form>
  );
}
