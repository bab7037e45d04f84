import { findSentences } from "./speech-match";
import { readPage } from "./speech-page";

/** Styled in prose.css. */
const HIGHLIGHT = "spoken";
/** Where in its box a sentence is shown that was out of sight. */
const SHOWN_AT = 0.3;

export function proseOf(replyId: string): Element | null {
  return document.querySelector(`[data-reply="${CSS.escape(replyId)}"] .prose`);
}

/** Where each sentence stands in the reply; null for one that is not found there. */
export function sentenceRanges(replyId: string, sentences: readonly string[]): (Range | null)[] {
  const prose = proseOf(replyId);
  if (!prose) return [];
  const { letters, rangeOf } = readPage(prose);
  return findSentences(letters, sentences).map((span) => span && rangeOf(span));
}

/** Changes no element, so that React does not notice. */
export function highlight(range: Range | null | undefined): void {
  if (!("highlights" in CSS)) return;
  if (range) CSS.highlights.set(HIGHLIGHT, new Highlight(range));
  else CSS.highlights.delete(HIGHLIGHT);
}

/** The number of the sentence under the pointer, -1 where there is none. */
export function sentenceAt(ranges: readonly (Range | null)[], { clientX: x, clientY: y }: Point) {
  return ranges.findIndex((range) =>
    [...(range?.getClientRects() ?? [])].some(
      ({ left, right, top, bottom }) => x >= left && x <= right && y >= top && y <= bottom,
    ),
  );
}

type Point = Pick<MouseEvent, "clientX" | "clientY">;

export function isInSight(range: Range): boolean {
  const box = scrollerOf(range)?.getBoundingClientRect();
  const { top, bottom } = range.getBoundingClientRect();
  return !box || (bottom > box.top && top < box.bottom);
}

export function scrollTo(range: Range): void {
  const scroller = scrollerOf(range);
  if (!scroller) return;
  const box = scroller.getBoundingClientRect();
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  scroller.scrollBy({
    top: range.getBoundingClientRect().top - box.top - box.height * SHOWN_AT,
    behavior: isCalm ? "auto" : "smooth",
  });
}

function scrollerOf(range: Range): Element | null {
  let element = range.startContainer.parentElement;
  while (element && getComputedStyle(element).overflowY !== "auto") element = element.parentElement;
  return element;
}
