import type { ComponentProps, ReactNode } from "react";
import { cn } from "@/lib/cn";

interface IconButtonProps extends Omit<ComponentProps<"button">, "aria-label"> {
  label: string;
  /** Shown after the label in the tooltip, for example a shortcut. */
  hint?: string;
  children: ReactNode;
}

export function IconButton({ label, hint, className, children, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      data-tooltip={hint ? `${label} (${hint})` : label}
      className={cn(
        "inline-flex size-8 shrink-0 items-center justify-center rounded-md text-muted transition-colors",
        "hover:bg-sunken hover:text-ink disabled:opacity-50 aria-disabled:opacity-50 [&_svg]:size-4",
        className,
      )}
      {...rest}
    >
      {children}
    </button>
  );
}
