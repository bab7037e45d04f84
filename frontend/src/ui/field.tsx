import { type ReactNode, useId } from "react";
import { cn } from "@/lib/cn";

export const fieldLook = cn(
  "w-full rounded-md border border-field bg-surface px-3 text-base text-ink transition-shadow sm:text-sm",
  "focus-visible:border-accent focus-visible:outline-2 focus-visible:outline-accent focus-visible:outline-offset-0",
  "disabled:opacity-60 aria-invalid:border-danger",
);

export interface FieldProps {
  label: string;
  hint?: ReactNode;
  error?: string;
  className?: string;
}

export interface ControlProps {
  id: string;
  "aria-invalid": boolean | undefined;
  "aria-describedby": string | undefined;
}

/** A label above, a hint or an error below, tied to the control for screen readers. */
export function Field({
  label,
  hint,
  error,
  className,
  children,
}: FieldProps & { children: (control: ControlProps) => ReactNode }) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div className={cn("flex flex-col gap-1.5", className)}>
      <label htmlFor={id} className="font-medium text-sm">
        {label}
      </label>
      {children({
        id,
        "aria-invalid": error ? true : undefined,
        "aria-describedby": note ? `${id}-note` : undefined,
      })}
      {note && (
        <p
          id={`${id}-note`}
          role={error ? "alert" : undefined}
          className={cn("text-sm", error ? "text-danger" : "text-muted")}
        >
          {note}
        </p>
      )}
    </div>
  );
}
