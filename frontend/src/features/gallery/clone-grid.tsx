import { useQuery } from "@tanstack/react-query";
import { SearchX } from "lucide-react";
import { type CloneFilter, clonesQuery, isBusy } from "@/lib/queries/clones";
import { useSession } from "@/lib/session";
import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { SkeletonList } from "@/ui/skeleton";
import { CloneCard } from "./clone-card";
import { TemplateCards } from "./template-cards";

const PREPARING_POLL_MS = 2_000;

interface CloneGridProps {
  filter: CloneFilter;
  onReset: () => void;
}

export function CloneGrid({ filter, onReset }: CloneGridProps) {
  const session = useSession();
  const { data, error, refetch, isPending } = useQuery({
    ...clonesQuery(filter),
    refetchInterval: ({ state }) => state.data?.some(isBusy) && PREPARING_POLL_MS,
  });

  if (isPending) return <SkeletonList label="Loading clones" className="h-40" rows={3} />;
  if (error) {
    return <ErrorState title="The clones could not be loaded" error={error} onRetry={refetch} />;
  }
  if (data.length === 0) return <NothingFound filter={filter} onReset={onReset} />;

  const userId = session.status === "member" ? session.user.id : null;
  return (
    <ul className="grid grid-cols-[repeat(auto-fill,minmax(min(21rem,100%),1fr))] gap-4">
      {data.map((clone) => (
        <CloneCard key={clone.id} clone={clone} own={clone.creator_id === userId} />
      ))}
    </ul>
  );
}

function NothingFound({ filter, onReset }: CloneGridProps) {
  if (filter.search || filter.category) {
    return (
      <EmptyState
        icon={<SearchX aria-hidden />}
        title="No clone matches"
        action={<Button onClick={onReset}>Clear the filters</Button>}
      >
        Try another word or another category.
      </EmptyState>
    );
  }
  if (filter.scope === "mine") return <TemplateCards />;
  return (
    <EmptyState title="Nothing published yet">
      A clone appears here once its maker publishes it, in its settings.
    </EmptyState>
  );
}
