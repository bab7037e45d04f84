const ASTRAL = /[\ud800-\udbff]/;

/** The index in a JavaScript string of an offset that the server counted in code points. */
export function toStringIndex(text: string, codePoints: number): number {
  if (!ASTRAL.test(text)) return Math.min(codePoints, text.length);
  let index = 0;
  for (let seen = 0; seen < codePoints && index < text.length; seen++) {
    index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
  }
  return index;
}

export interface Range {
  start: number;
  end: number;
}

/** Cuts a text into what stands before, in and after a range counted in code points. */
export function cutOut(
  text: string,
  range: Range,
): [before: string, passage: string, after: string] {
  const start = toStringIndex(text, range.start);
  const end = toStringIndex(text, range.end);
  return [text.slice(0, start), text.slice(start, end), text.slice(end)];
}
