import { useMemo } from "react";
import { type Range, toStringRange } from "@/lib/code-points";
import { cutRuns } from "@/lib/markdown/runs";
import { Runs, runsOf } from "./readable-text";

interface PassageTextProps {
  text: string;
  isMarkdown: boolean;
  /** Counted in code points of the text as it is stored. */
  passage?: Range;
}

/** A document's text with one passage marked and scrolled to. */
export function PassageText({ text, isMarkdown, passage }: PassageTextProps) {
  const runs = useMemo(() => runsOf(text, isMarkdown), [text, isMarkdown]);
  const { start, end } = passage
    ? toStringRange(text, passage)
    : { start: text.length, end: text.length };

  return (
    <div className="whitespace-pre-wrap break-words text-sm leading-relaxed">
      <Runs text={text} runs={cutRuns(runs, { start: 0, end: start })} />
      {end > start && (
        <mark
          key={`${start}-${end}`}
          ref={scrollTo}
          data-testid="passage"
          className="rounded-sm bg-marker box-decoration-clone py-0.5 text-on-marker"
        >
          <Runs text={text} runs={cutRuns(runs, { start, end })} />
        </mark>
      )}
      <Runs text={text} runs={cutRuns(runs, { start: end, end: text.length })} />
    </div>
  );
}

function scrollTo(passage: HTMLElement | null): void {
  passage?.scrollIntoView({ block: "center" });
}
