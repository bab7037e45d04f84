/** What the server reads in one call. */
const PART_MAX_CHARS = 5000;

/** Never read aloud; cut in the middle, its second half would be. */
const CODE_BLOCK = /^ {0,3}(```|~~~).*?(?:^ {0,3}\1|$(?!.))/gms;

/** Cuts a long text where a voice may pause: at a paragraph, a line, a sentence, a word. */
export function speechParts(text: string, max = PART_MAX_CHARS): string[] {
  const parts: string[] = [];
  let rest = text.replace(CODE_BLOCK, "").trim();
  while (rest.length > max) {
    const end = pauseBefore(rest, max);
    parts.push(rest.slice(0, end).trim());
    rest = rest.slice(end).trim();
  }
  return rest ? [...parts, rest] : parts;
}

function pauseBefore(text: string, max: number): number {
  for (const pause of ["\n\n", "\n", ". ", " "]) {
    const at = text.lastIndexOf(pause, max - pause.length);
    if (at > 0) return at + pause.length;
  }
  return max;
}
