import type { KeyboardEvent } from "react";
import type { Chunk } from "@/lib/api/types";
import { cn } from "@/lib/cn";
import { plural } from "@/lib/text";
import { ReadableText } from "@/ui/readable-text";

interface ChunkListProps {
  chunks: Chunk[];
  isMarkdown: boolean;
  selected: Chunk | null;
  onSelect: (chunk: Chunk) => void;
}

const STEPS: Record<string, (index: number, last: number) => number> = {
  ArrowDown: (index, last) => Math.min(index + 1, last),
  ArrowUp: (index) => Math.max(index - 1, 0),
  Home: () => 0,
  End: (_, last) => last,
};

/** The passages of a page; the arrow keys go from one to the next, and show it in the text. */
export function ChunkList({ chunks, isMarkdown, selected, onSelect }: ChunkListProps) {
  function step(event: KeyboardEvent<HTMLOListElement>) {
    const buttons = [...event.currentTarget.querySelectorAll("button")];
    const present = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const next = STEPS[event.key]?.(present, buttons.length - 1);
    const chunk = next === undefined ? undefined : chunks[next];
    if (present < 0 || next === undefined || !chunk) return;
    event.preventDefault();
    buttons[next]?.focus();
    onSelect(chunk);
  }

  return (
    <ol
      aria-label="Passages"
      onKeyDown={step}
      className="flex max-h-[44dvh] flex-col gap-2 overflow-y-auto p-0.5 lg:max-h-[66dvh]"
    >
      {chunks.map((chunk) => (
        <li key={chunk.id} className="[contain-intrinsic-size:auto_7rem] [content-visibility:auto]">
          <button
            type="button"
            aria-pressed={chunk.id === selected?.id}
            onClick={() => onSelect(chunk)}
            className={cn(
              "-outline-offset-2 w-full rounded-lg border p-3 text-left hover:border-accent",
              chunk.id === selected?.id ? "border-accent bg-tint" : "border-line bg-surface",
            )}
          >
            <ChunkFacts chunk={chunk} />
            <span className="own-direction mt-1 line-clamp-3 break-words text-sm">
              <ReadableText text={chunk.content} isMarkdown={isMarkdown} />
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}

function ChunkFacts({ chunk }: { chunk: Chunk }) {
  const { chunk_index, heading_path, page_number, token_count, char_start, char_end } = chunk;
  return (
    <>
      <span className="flex flex-wrap gap-x-2 text-muted text-xs tabular-nums">
        <span className="font-medium text-ink">{(chunk_index + 1).toLocaleString()}</span>
        {page_number !== null && <span>page {page_number}</span>}
        <span>{plural(token_count, "token")}</span>
        <span>
          characters {char_start.toLocaleString()}–{char_end.toLocaleString()}
        </span>
      </span>
      {heading_path.length > 0 && (
        <span className="own-direction mt-0.5 block break-words font-medium text-accent text-xs">
          {heading_path.join(" › ")}
        </span>
      )}
    </>
  );
}
