import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import type { Conversation } from "@/lib/api/types";
import { conversationsQuery } from "@/lib/queries/conversations";
import { groupByDay } from "@/lib/time";
import { ErrorState } from "@/ui/error-state";
import { SkeletonList } from "@/ui/skeleton";
import { ThreadRow } from "./thread-row";

const RenameThread = lazy(() => import("./rename-thread"));
const DeleteThread = lazy(() => import("./delete-thread"));

interface ThreadListProps {
  current: string | undefined;
  /** The conversation being shown was deleted. */
  onDeleted: (conversation: Conversation) => void;
}

export function ThreadList({ current, onDeleted }: ThreadListProps) {
  const { data, error, refetch, isPending } = useQuery(conversationsQuery);
  const [renaming, setRenaming] = useState<Conversation | null>(null);
  const [deleting, setDeleting] = useState<Conversation | null>(null);

  if (isPending) return <SkeletonList label="Loading conversations" className="h-7" />;
  if (error)
    return <ErrorState title="No history" error={error} onRetry={refetch} className="flex-wrap" />;
  if (data.length === 0) {
    return <p className="px-2 text-muted text-sm">Your conversations will be listed here.</p>;
  }

  return (
    <>
      {groupByDay(data).map(([day, conversations]) => (
        <section key={day} aria-label={day}>
          <h2 className="px-2 pb-1 font-medium font-sans text-muted text-xs">{day}</h2>
          <ul>
            {conversations.map((conversation) => (
              <ThreadRow
                key={conversation.id}
                conversation={conversation}
                current={conversation.id === current}
                onRename={setRenaming}
                onDelete={setDeleting}
              />
            ))}
          </ul>
        </section>
      ))}
      <Suspense>
        {renaming && <RenameThread conversation={renaming} onClose={() => setRenaming(null)} />}
        {deleting && (
          <DeleteThread
            conversation={deleting}
            onClose={() => setDeleting(null)}
            onDeleted={(gone) => gone.id === current && onDeleted(gone)}
          />
        )}
      </Suspense>
    </>
  );
}
