import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { memoryQuery } from "@/lib/queries/memory";
import { Button } from "@/ui/button";

/** That nothing of what is listed is used for answers, and where that can be changed. */
export function MemoryOff({ cloneId }: { cloneId: string }) {
  const status = useQuery(memoryQuery(cloneId)).data?.rag_status;
  if (status !== "disabled") return null;
  return (
    <div
      role="status"
      className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-lg bg-warn-tint px-4 py-2.5 text-sm"
    >
      <p className="min-w-40 flex-1 text-warn">
        The memory is off: answers come without these documents.
      </p>
      <Button asChild size="sm">
        <Link to="/clones/$cloneId/memory" params={{ cloneId }}>
          Prepare the memory
        </Link>
      </Button>
    </div>
  );
}
