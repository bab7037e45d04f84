import type { Clone, Source } from "@/lib/api/types";
import { cn } from "@/lib/cn";
import { placeOf } from "./citation-chip";
import type { OpenSources } from "./open-sources";
import { SourceText } from "./source-text";

interface SourceListProps {
  clone: Clone;
  open: OpenSources;
  onChange: (open: OpenSources) => void;
}

/** The sources of one reply; the chosen one shows its passage in its document. */
export function SourceList({ clone, open, onChange }: SourceListProps) {
  const { sources, index } = open;
  const chosen = sources.find((source) => source.index === index);
  return (
    <>
      <ol className="flex flex-col gap-1.5">
        {sources.map((source) => (
          <li key={source.index}>
            <SourceButton
              source={source}
              chosen={source === chosen}
              onClick={() => onChange({ sources, index: source.index })}
            />
          </li>
        ))}
      </ol>
      {chosen && <SourceText key={chosen.chunk_id} clone={clone} source={chosen} />}
    </>
  );
}

interface SourceButtonProps {
  source: Source;
  chosen: boolean;
  onClick: () => void;
}

function SourceButton({ source, chosen, onClick }: SourceButtonProps) {
  return (
    <button
      type="button"
      aria-pressed={chosen}
      onClick={onClick}
      className={cn(
        "flex w-full items-center gap-2.5 rounded-md px-2 py-1.5 text-left text-sm hover:bg-sunken",
        chosen && "bg-sunken",
      )}
    >
      <span className="inline-flex size-5 shrink-0 items-center justify-center rounded-md bg-marker font-semibold text-on-marker text-xs">
        {source.index}
      </span>
      <span className="min-w-0 flex-1 truncate">{placeOf(source)}</span>
      <span className="text-muted text-xs tabular-nums">
        {Math.round(source.relevance_score * 100)} %<span className="sr-only"> match</span>
      </span>
    </button>
  );
}
