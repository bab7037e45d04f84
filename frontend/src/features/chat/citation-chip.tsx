import { memo } from "react";
import type { Source } from "@/lib/api/types";
import { looksLikeMarkdown } from "@/lib/markdown/runs";
import { HoverCard } from "@/ui/hover-card";
import { ReadableText } from "@/ui/readable-text";
import type { OpenSource } from "./open-sources";

export function placeOf({ document_name, page_number }: Source): string {
  return page_number === null ? document_name : `${document_name}, page ${page_number}`;
}

interface CitationChipProps {
  source: Source;
  /** All sources of the reply, for the panel. */
  sources: Source[];
  onOpen: OpenSource;
}

/** Remembered, because the paragraph around it is drawn anew with each word. */
export const CitationChip = memo(function CitationChip(props: CitationChipProps) {
  const { source, sources, onOpen } = props;
  return (
    <HoverCard card={<SourceCard source={source} />}>
      <button
        type="button"
        onClick={() => onOpen({ sources, index: source.index })}
        aria-label={`Source ${source.index}: ${placeOf(source)}`}
        className="mx-0.5 inline-flex h-[1.35rem] min-w-6 -translate-y-px items-center justify-center rounded-md bg-marker px-1 align-middle font-semibold text-[0.6875rem] text-on-marker tabular-nums leading-none hover:brightness-95"
      >
        {source.index}
      </button>
    </HoverCard>
  );
});

function SourceCard({ source }: { source: Source }) {
  return (
    <div className="flex flex-col gap-1.5">
      <p className="break-words font-medium">{placeOf(source)}</p>
      <p className="own-direction line-clamp-6 break-words text-muted">
        <ReadableText text={source.excerpt} isMarkdown={looksLikeMarkdown(source.excerpt)} />
      </p>
      <p className="text-muted text-xs">Press to see it in the document.</p>
    </div>
  );
}
