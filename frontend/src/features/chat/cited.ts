import type { Source } from "@/lib/api/types";
import { splitCitations } from "@/lib/markdown/inline";
import { plural } from "@/lib/text";

/** A number in code is not a citation; code that is never closed goes on to the end. */
const CODE = /^ {0,3}(```|~~~).*?(?:^ {0,3}\1|$(?!.))|(`+)[^`\n]+\2/gms;

/** Whether a text cites any of the passages it was written with. */
export function citesAny(text: string, sources: readonly Source[]): boolean {
  const known = new Set(sources.map(({ index }) => index));
  const pieces = splitCitations(text.replace(CODE, ""), known);
  return pieces.some((piece) => typeof piece !== "string");
}

/** What to call the passages of a reply: only what is cited is a source. */
export function sourcesText(text: string, sources: readonly Source[]): string {
  const count = sources.length;
  return citesAny(text, sources) ? plural(count, "source") : `${plural(count, "passage")} found`;
}
