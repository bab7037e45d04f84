import { useQuery } from "@tanstack/react-query";
import { cn } from "@/lib/cn";
import type { DocumentFilter } from "@/lib/queries/documents";
import { type Counts, memoryQuery } from "@/lib/queries/memory";
import type { Standing } from "@/lib/standings";
import { SearchInput } from "@/ui/search-input";

const CHIPS: { standing?: Standing; label: string; count: keyof Counts }[] = [
  { label: "All", count: "total" },
  { standing: "working", label: "In preparation", count: "processing" },
  { standing: "ready", label: "Ready", count: "completed" },
  { standing: "failed", label: "Failed", count: "failed" },
];

interface DocumentFiltersProps {
  cloneId: string;
  filter: DocumentFilter;
  onFilter: (filter: DocumentFilter) => void;
}

/** How many documents stand where, of all of them, and a way to those one looks for. */
export function DocumentFilters({ cloneId, filter, onFilter }: DocumentFiltersProps) {
  const counts = useQuery(memoryQuery(cloneId)).data?.documents;
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-3">
      <fieldset className="flex flex-wrap gap-1.5">
        <legend className="sr-only">Which documents</legend>
        {CHIPS.map(({ standing, label, count }) => {
          const chosen = filter.standing === standing;
          return (
            <button
              key={label}
              type="button"
              aria-pressed={chosen}
              onClick={() => onFilter({ ...filter, standing, page: 0 })}
              className={cn(
                "rounded-full border px-3 py-1 text-sm transition-colors",
                chosen
                  ? "border-accent bg-tint font-medium text-accent"
                  : "border-line text-muted hover:bg-sunken hover:text-ink",
              )}
            >
              {label} <span className="tabular-nums">{counts?.[count].toLocaleString()}</span>
            </button>
          );
        })}
      </fieldset>
      <SearchInput
        label="Search titles"
        className="w-full sm:w-64"
        value={filter.search ?? ""}
        onChange={(event) =>
          onFilter({ ...filter, search: event.target.value || undefined, page: 0 })
        }
      />
    </div>
  );
}
