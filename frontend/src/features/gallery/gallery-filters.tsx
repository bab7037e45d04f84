import { CATEGORIES } from "@/lib/categories";
import { cn } from "@/lib/cn";
import type { CloneFilter } from "@/lib/queries/clones";
import { SearchInput } from "@/ui/search-input";

interface GalleryFiltersProps {
  filter: CloneFilter;
  onFilter: (filter: CloneFilter) => void;
}

const CHIPS = [{ value: undefined, label: "All" }, ...CATEGORIES];

export function GalleryFilters({ filter, onFilter }: GalleryFiltersProps) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
      <SearchInput
        label="Search clones"
        className="w-full sm:w-72"
        value={filter.search ?? ""}
        onChange={(event) => onFilter({ ...filter, search: event.target.value })}
      />
      <fieldset className="flex flex-wrap gap-1.5">
        <legend className="sr-only">Category</legend>
        {CHIPS.map(({ value, label }) => {
          const chosen = filter.category === value;
          return (
            <button
              key={label}
              type="button"
              aria-pressed={chosen}
              onClick={() => onFilter({ ...filter, category: value })}
              className={cn(
                "rounded-full border px-3 py-1 text-sm transition-colors",
                chosen
                  ? "border-accent bg-tint font-medium text-accent"
                  : "border-line text-muted hover:bg-sunken hover:text-ink",
              )}
            >
              {label}
            </button>
          );
        })}
      </fieldset>
    </div>
  );
}
