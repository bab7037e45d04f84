import type { FieldValues, Path, UseFormSetError } from "react-hook-form";
import { explain, Problem } from "@/lib/api/problem";

export const emailRules = {
  required: "Enter your e-mail address.",
  pattern: { value: /^\S+@\S+\.\S+$/, message: "This does not look like an e-mail address." },
};

/** Puts the server's refusal under the fields it is about, or above the form. */
export function showProblem<T extends FieldValues>(
  error: unknown,
  names: Path<T>[],
  setError: UseFormSetError<T>,
): void {
  const messages = error instanceof Problem ? error.fields : {};
  const mentioned = names.filter((name) => messages[name]);
  for (const [index, name] of mentioned.entries()) {
    setError(name, { message: messages[name] }, { shouldFocus: index === 0 });
  }
  const taken = error instanceof Problem && error.code === "email_taken" && names[0];
  if (taken) setError(taken, { message: explain(error) }, { shouldFocus: true });
  else if (!mentioned.length) setError("root", { message: explain(error) });
}

export function FormTrouble({ message }: { message?: string }) {
  if (!message) return null;
  return (
    <p role="alert" className="rounded-md bg-danger-tint px-3 py-2 text-danger text-sm">
      {message}
    </p>
  );
}
