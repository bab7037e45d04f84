import { useMemo, useState } from "react";
import { type Range, toStringRange } from "@/lib/code-points";
import { cutRuns } from "@/lib/markdown/runs";
import { MARGIN, windowAround } from "@/lib/text-window";
import { Button } from "./button";
import { Runs, runsOf } from "./readable-text";

interface PassageTextProps {
  text: string;
  isMarkdown: boolean;
  /** Counted in code points of the text as it is stored. */
  passage?: Range;
}

const NOTHING: Range = { start: 0, end: 0 };

/** A document's text with one passage marked and scrolled to. */
export function PassageText({ text, isMarkdown, passage }: PassageTextProps) {
  const { start: first, end: last } = passage ?? NOTHING;
  const marked = useMemo(
    () => toStringRange(text, { start: first, end: last }),
    [text, first, last],
  );
  return (
    <TextAround key={`${first}-${last}`} text={text} isMarkdown={isMarkdown} marked={marked} />
  );
}

interface TextAroundProps {
  text: string;
  isMarkdown: boolean;
  /** Counted as JavaScript counts. */
  marked: Range;
}

/** As much of the text as a browser draws at once: of ten megabytes, what is around the mark. */
function TextAround({ text, isMarkdown, marked }: TextAroundProps) {
  const [before, setBefore] = useState(MARGIN);
  const [after, setAfter] = useState(MARGIN);
  const { start, end } = marked;
  const shown = useMemo(
    () => windowAround(text, { start: start - before, end: end + after }),
    [text, start, end, before, after],
  );
  const part = text.slice(shown.start, shown.end);
  const runs = useMemo(() => runsOf(part, isMarkdown), [part, isMarkdown]);
  const from = start - shown.start;
  const to = end - shown.start;

  return (
    <>
      {shown.start > 0 && <More onClick={() => setBefore(before * 4)}>Show what comes before</More>}
      <div className="whitespace-pre-wrap break-words own-direction text-sm leading-relaxed">
        <Runs text={part} runs={cutRuns(runs, { start: 0, end: from })} />
        {end > start && (
          <mark
            ref={scrollTo}
            data-testid="passage"
            className="scroll-mt-4 rounded-sm bg-marker box-decoration-clone py-0.5 text-on-marker"
          >
            <Runs text={part} runs={cutRuns(runs, { start: from, end: to })} />
          </mark>
        )}
        <Runs text={part} runs={cutRuns(runs, { start: to, end: part.length })} />
      </div>
      {shown.end < text.length && (
        <More onClick={() => setAfter(after * 4)}>Show what follows</More>
      )}
    </>
  );
}

function More({ onClick, children }: { onClick: () => void; children: string }) {
  return (
    <Button size="sm" variant="ghost" className="my-2 w-full" onClick={onClick}>
      {children}
    </Button>
  );
}

function scrollTo(passage: HTMLElement | null): void {
  const isTall = passage && passage.offsetHeight > window.innerHeight / 3;
  passage?.scrollIntoView({ block: isTall ? "start" : "center" });
}
