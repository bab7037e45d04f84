import { CircleAlert } from "lucide-react";
import { sentence } from "@/lib/text";
import { Button } from "@/ui/button";

interface TroubleProps {
  reason: string;
  /** Whether a part of the answer was written, and is shown above. */
  isPartial: boolean;
  onAskAgain?: () => void;
}

/** Why there is no answer, or no more of it. */
export function Trouble({ reason, isPartial, onAskAgain }: TroubleProps) {
  return (
    <div className="flex flex-wrap items-center gap-3 rounded-lg bg-danger-tint px-4 py-3 text-sm">
      <CircleAlert aria-hidden className="size-4 shrink-0 text-danger" />
      <p className="min-w-48 flex-1">
        <strong className="font-semibold">
          {isPartial ? "This answer is not complete." : "There is no answer."}
        </strong>{" "}
        {sentence(reason)}
      </p>
      {onAskAgain && (
        <Button size="sm" onClick={onAskAgain}>
          Ask again
        </Button>
      )}
    </div>
  );
}
