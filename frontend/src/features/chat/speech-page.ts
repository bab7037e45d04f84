import { letterOf, type Span } from "./speech-match";

/** Shown in a reply and never said: chips of citations, blocks of code with their buttons. */
const UNSAID = "button, figure";

/** The letters that a reply shows, and where each of them stands in the document. */
interface PageText {
  letters: string;
  rangeOf: (span: Span) => Range;
}

/** Read anew when needed: the elements of a reply are replaced when it is saved. */
export function readPage(element: Element): PageText {
  const nodes: Text[] = [];
  const offsets: number[] = [];
  let letters = "";
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode as Text;
    if (node.parentElement?.closest(UNSAID)) continue;
    let offset = 0;
    for (const char of node.data) {
      const letter = letterOf(char);
      letters += letter;
      for (const _ of letter.split("")) {
        nodes.push(node);
        offsets.push(offset);
      }
      offset += char.length;
    }
  }

  function rangeOf({ start, end }: Span): Range {
    const range = document.createRange();
    range.setStart(nodes[start] ?? element, nodes[start] ? (offsets[start] ?? 0) : 0);
    const last = nodes[end - 1];
    const after = (offsets[end - 1] ?? 0) + charAt(last, offsets[end - 1]).length;
    range.setEnd(last ?? element, last ? after : 0);
    return range;
  }

  return { letters, rangeOf };
}

function charAt(node: Text | undefined, offset = 0): string {
  return String.fromCodePoint(node?.data.codePointAt(offset) ?? 32);
}
