import { useQuery } from "@tanstack/react-query";
import { CircleAlert, RotateCcw } from "lucide-react";
import { memoryQuery } from "@/lib/queries/memory";
import { useRetryAll } from "@/lib/retries";
import { plural } from "@/lib/text";
import { Button } from "@/ui/button";
import { notifyError } from "@/ui/toast";

interface FailuresProps {
  cloneId: string;
  onShow: () => void;
}

/** That some documents failed, whatever page of the list is shown, and one button for all. */
export function Failures({ cloneId, onShow }: FailuresProps) {
  const { data } = useQuery(memoryQuery(cloneId));
  const retry = useRetryAll(cloneId, (error) => notifyError("Nothing was started again", error));
  if (!data || data.documents.failed === 0 || data.rag_status === "disabled") return null;
  return (
    <div
      role="status"
      className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-lg bg-danger-tint px-4 py-2.5 text-sm"
    >
      <CircleAlert aria-hidden className="size-4 shrink-0 text-danger" />
      <p className="min-w-40 flex-1 font-medium text-danger">
        {plural(data.documents.failed, "document")} failed
      </p>
      <Button size="sm" variant="ghost" onClick={onShow}>
        Show
      </Button>
      <Button size="sm" busy={retry.isPending} onClick={() => retry.mutate()}>
        <RotateCcw aria-hidden />
        Retry all failed
      </Button>
    </div>
  );
}
