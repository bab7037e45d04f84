import { cn } from "@/lib/cn";
import { initials } from "@/lib/text";

const HUES = [
  "bg-[oklch(0.9_0.055_205)] text-[oklch(0.33_0.08_215)]",
  "bg-[oklch(0.92_0.075_95)] text-[oklch(0.36_0.075_80)]",
  "bg-[oklch(0.91_0.05_25)] text-[oklch(0.38_0.11_25)]",
  "bg-[oklch(0.91_0.06_155)] text-[oklch(0.34_0.08_160)]",
  "bg-[oklch(0.9_0.045_290)] text-[oklch(0.36_0.11_290)]",
  "bg-[oklch(0.91_0.05_345)] text-[oklch(0.38_0.1_345)]",
];
const SIZES = {
  xs: "size-6 text-[0.625rem]",
  sm: "size-8 text-xs",
  md: "size-10 text-sm",
  lg: "size-16 text-xl",
};

function hueOf(name: string): string {
  const sum = [...name].reduce((total, letter) => total + (letter.codePointAt(0) ?? 0), 0);
  return HUES[sum % HUES.length] ?? "";
}

interface AvatarProps {
  name: string;
  size?: keyof typeof SIZES;
}

/** Decorative: the name always stands beside it. */
export function Avatar({ name, size = "md" }: AvatarProps) {
  return (
    <span
      aria-hidden
      className={cn(
        "inline-flex shrink-0 select-none items-center justify-center rounded-[38%] font-display font-semibold",
        SIZES[size],
        hueOf(name),
      )}
    >
      {initials(name)}
    </span>
  );
}
