import { CircleAlert } from "lucide-react";
import { explain } from "@/lib/api/problem";
import { cn } from "@/lib/cn";
import { Button } from "./button";

interface ErrorStateProps {
  title: string;
  error: unknown;
  onRetry?: () => void;
  className?: string;
}

export function ErrorState({ title, error, onRetry, className }: ErrorStateProps) {
  return (
    <div
      role="alert"
      className={cn(
        "flex items-start gap-3 rounded-lg bg-danger-tint px-4 py-3 text-sm",
        className,
      )}
    >
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-danger" />
      <div className="flex-1">
        <p className="font-medium text-danger">{title}</p>
        <p className="text-ink">{explain(error)}</p>
      </div>
      {onRetry && (
        <Button size="sm" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}
