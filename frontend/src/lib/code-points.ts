const ASTRAL = /[\ud800-\udbff]/;

export interface Range {
  start: number;
  end: number;
}

/** A range counted in code points, as the server counts, as indices in a JavaScript string. */
export function toStringRange(text: string, { start, end }: Range): Range {
  if (!ASTRAL.test(text)) {
    return { start: Math.min(start, text.length), end: Math.min(end, text.length) };
  }
  const from = advance(text, 0, start);
  return { start: from, end: advance(text, from, end - start) };
}

function advance(text: string, index: number, codePoints: number): number {
  let at = index;
  for (let seen = 0; seen < codePoints && at < text.length; seen++) {
    at += (text.charCodeAt(at) & 0xfc00) === 0xd800 ? 2 : 1;
  }
  return Math.min(at, text.length);
}
