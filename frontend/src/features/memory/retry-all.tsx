import { RotateCcw } from "lucide-react";
import { useRetryAll } from "@/lib/retries";
import { Button } from "@/ui/button";
import { notifyError } from "@/ui/toast";

export function RetryAll({ cloneId }: { cloneId: string }) {
  const retry = useRetryAll(cloneId, (error) => notifyError("Nothing was started again", error));
  return (
    <Button size="sm" className="self-start" busy={retry.isPending} onClick={() => retry.mutate()}>
      <RotateCcw aria-hidden />
      Retry all failed
    </Button>
  );
}
