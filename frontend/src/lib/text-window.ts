import type { Range } from "@/lib/code-points";

/** So many characters on either side are a dozen pages, and drawn in a moment. */
export const MARGIN = 20_000;

/** How far a window is widened to begin and end with a whole line. */
const LINE = 1_000;

/** The wanted part of a text, widened to whole lines, or at least to whole characters. */
export function windowAround(text: string, wanted: Range): Range {
  return { start: lineStart(text, wanted.start), end: lineEnd(text, wanted.end) };
}

function lineStart(text: string, index: number): number {
  if (index <= 0) return 0;
  const head = text.slice(Math.max(0, index - LINE), index);
  const line = head.lastIndexOf("\n");
  if (line >= 0) return index - head.length + line + 1;
  return isInsidePair(text, index) ? index - 1 : index;
}

function lineEnd(text: string, index: number): number {
  if (index >= text.length) return text.length;
  const line = text.slice(index, index + LINE).indexOf("\n");
  if (line >= 0) return index + line + 1;
  return isInsidePair(text, index) ? index + 1 : index;
}

function isInsidePair(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  return unit >= 0xdc00 && unit <= 0xdfff;
}
