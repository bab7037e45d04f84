/** A stretch of letters. */
export interface Span {
  start: number;
  end: number;
}

const LETTER = /[\p{L}\p{N}]/u;
/** What is shown and not said, such as an address, may stand between two sentences. */
const SLACK = 600;
/** Long enough to be found once only. */
const ANCHOR_LETTERS = [24, 16, 10, 6];

/** Only what is heard of a text: letters and digits, all small. */
export function lettersOf(text: string): string {
  return Array.from(text, letterOf).join("");
}

/** Empty for marks and spaces, which differ between what is shown and what is said. */
export function letterOf(char: string): string {
  return LETTER.test(char) ? char.toLowerCase() : "";
}

/**
 * Where each of the sentences stands in the letters of the page, in order. One that is shown with
 * something unsaid in its middle reaches from its first to its last words; one whose first words
 * are cut off by it begins where the sentence before ended. Null for one that is not there.
 */
export function findSentences(page: string, sentences: readonly string[]): (Span | null)[] {
  let from = 0;
  return sentences.map((sentence) => {
    const span = findSentence(page, lettersOf(sentence), from);
    if (span) from = span.end;
    return span;
  });
}

function findSentence(page: string, letters: string, from: number): Span | null {
  if (!letters) return null;
  const near = page.slice(from, from + 2 * letters.length + SLACK);
  const whole = near.indexOf(letters);
  const found =
    whole >= 0 ? { start: whole, end: whole + letters.length } : anchored(near, letters);
  return found && { start: from + found.start, end: from + found.end };
}

function anchored(near: string, letters: string): Span | null {
  const lengths = ANCHOR_LETTERS.filter((length) => length * 2 <= letters.length);
  for (const length of lengths) {
    const start = near.indexOf(letters.slice(0, length));
    const last = near.indexOf(letters.slice(-length), start + length);
    if (start >= 0 && last >= 0) return { start, end: last + length };
  }
  const tail = lengths.find((length) => near.includes(letters.slice(-length)));
  return tail ? { start: 0, end: near.indexOf(letters.slice(-tail)) + tail } : null;
}
