import type { UseQueryResult } from "@tanstack/react-query";
import type { Chunk } from "@/lib/api/types";
import { cn } from "@/lib/cn";
import { plural } from "@/lib/text";
import { ErrorState } from "@/ui/error-state";
import { ReadableText } from "@/ui/readable-text";
import { SkeletonList } from "@/ui/skeleton";

interface ChunkListProps {
  query: UseQueryResult<Chunk[]>;
  isMarkdown: boolean;
  selected: Chunk | null;
  onSelect: (chunk: Chunk) => void;
}

export function ChunkList({ query, isMarkdown, selected, onSelect }: ChunkListProps) {
  const { data, error, refetch, isPending } = query;
  if (isPending) return <SkeletonList label="Loading passages" className="h-24" />;
  if (error) {
    return <ErrorState title="The passages could not be loaded" error={error} onRetry={refetch} />;
  }
  if (data.length === 0) {
    return <p className="text-muted text-sm">There are no passages until the document is ready.</p>;
  }
  return (
    <ol
      aria-label="Passages"
      className="flex max-h-[48dvh] flex-col lg:max-h-[70dvh] gap-2 overflow-y-auto p-0.5"
    >
      {data.map((chunk) => (
        <li key={chunk.id}>
          <button
            type="button"
            aria-pressed={chunk.id === selected?.id}
            onClick={() => onSelect(chunk)}
            className={cn(
              "w-full rounded-lg border p-3 text-left hover:border-accent",
              chunk.id === selected?.id ? "border-accent bg-tint" : "border-line bg-surface",
            )}
          >
            <span className="flex gap-2 text-muted text-xs">
              <span className="font-medium text-ink">{chunk.chunk_index + 1}</span>
              {chunk.page_number !== null && <span>page {chunk.page_number}</span>}
              <span>{plural(chunk.token_count, "token")}</span>
            </span>
            <span className="mt-1 line-clamp-3 break-words text-sm">
              <ReadableText text={chunk.content} isMarkdown={isMarkdown} />
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}
