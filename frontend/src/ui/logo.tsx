import { cn } from "@/lib/cn";

/** Two minds, and lit between them what they share. */
export function Logo({ className }: { className?: string }) {
  return (
    <span className={cn("inline-flex items-center gap-2", className)}>
      <svg viewBox="0 5 32 22" aria-hidden="true" className="h-5 w-auto">
        <circle cx="12" cy="16" r="10" fill="#0f5c6e" />
        <circle cx="20" cy="16" r="10" fill="#3f93a6" />
        <path d="M16 6.83a10 10 0 0 1 0 18.34 10 10 0 0 1 0-18.34Z" fill="#ffd84d" />
      </svg>
      <span className="font-display font-semibold text-[1.0625rem] tracking-tight">
        CloneMemoria
      </span>
    </span>
  );
}
