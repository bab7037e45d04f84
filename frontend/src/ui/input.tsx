import { ChevronDown } from "lucide-react";
import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";
import { Field, type FieldProps, fieldLook } from "./field";

type InputProps = FieldProps & Omit<ComponentProps<"input">, "id" | "className">;

export function Input({ label, hint, error, className, ...rest }: InputProps) {
  return (
    <Field label={label} hint={hint} error={error} className={className}>
      {(control) => <input {...rest} {...control} className={cn(fieldLook, "h-10")} />}
    </Field>
  );
}

type TextareaProps = FieldProps & Omit<ComponentProps<"textarea">, "id" | "className">;

export function Textarea({ label, hint, error, className, ...rest }: TextareaProps) {
  return (
    <Field label={label} hint={hint} error={error} className={className}>
      {(control) => (
        <textarea
          rows={4}
          {...rest}
          {...control}
          className={cn(fieldLook, "py-2 leading-relaxed")}
        />
      )}
    </Field>
  );
}

interface SelectProps extends FieldProps, Omit<ComponentProps<"select">, "id" | "className"> {
  options: readonly { value: string; label: string; disabled?: boolean }[];
}

export function Select({ label, hint, error, className, options, ...rest }: SelectProps) {
  return (
    <Field label={label} hint={hint} error={error} className={className}>
      {(control) => (
        <div className="relative">
          <select {...rest} {...control} className={cn(fieldLook, "h-10 appearance-none pr-9")}>
            {options.map((option) => (
              <option key={option.value} value={option.value} disabled={option.disabled}>
                {option.label}
              </option>
            ))}
          </select>
          <ChevronDown
            aria-hidden
            className="pointer-events-none absolute top-3 right-3 size-4 text-muted"
          />
        </div>
      )}
    </Field>
  );
}
