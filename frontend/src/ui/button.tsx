import { Slot } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";
import { Spinner } from "./spinner";

const VARIANTS = {
  primary: "bg-accent text-on-accent hover:bg-accent-strong",
  secondary: "border border-line bg-surface text-ink shadow-card hover:bg-sunken",
  ghost: "text-ink hover:bg-sunken",
  quiet: "text-ink hover:bg-surface",
  danger: "bg-danger text-on-accent hover:brightness-110",
};
const ALIGNMENTS = { center: "justify-center", start: "justify-start" };
const SHAPES = { box: "rounded-md", pill: "rounded-full" };
const SIZES = {
  sm: "h-8 gap-1.5 px-3 text-sm",
  md: "h-10 gap-2 px-4 text-sm",
  lg: "h-11 gap-2 px-5 text-base",
};

export interface ButtonProps extends ComponentProps<"button"> {
  variant?: keyof typeof VARIANTS;
  size?: keyof typeof SIZES;
  align?: keyof typeof ALIGNMENTS;
  shape?: keyof typeof SHAPES;
  /** Renders the child (a link) with the button's looks. */
  asChild?: boolean;
  /** Takes no press meanwhile, and keeps the focus. */
  busy?: boolean;
}

export function Button({
  variant = "secondary",
  size = "md",
  align = "center",
  shape = "box",
  asChild = false,
  busy = false,
  className,
  children,
  ...rest
}: ButtonProps) {
  const look = cn(
    "inline-flex shrink-0 select-none items-center whitespace-nowrap font-medium transition-colors",
    "disabled:cursor-not-allowed disabled:opacity-55 aria-busy:cursor-progress aria-busy:opacity-55 [&_svg]:size-4 [&_svg]:shrink-0",
    VARIANTS[variant],
    SIZES[size],
    ALIGNMENTS[align],
    SHAPES[shape],
    className,
  );
  if (asChild) {
    return (
      <Slot.Root className={look} {...rest}>
        {children}
      </Slot.Root>
    );
  }
  return (
    <button
      type="button"
      className={look}
      {...rest}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : rest.onClick}
    >
      {busy && <Spinner />}
      {children}
    </button>
  );
}
