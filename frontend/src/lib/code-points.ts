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

/** A range counted in code points, as indices in a JavaScript string. */
export function toStringRange(text: string, { start, end }: Range): Range {
  return { start: toStringIndex(text, start), end: toStringIndex(text, end) };
}
