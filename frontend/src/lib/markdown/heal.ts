const FENCE = /^ {0,3}(```|~~~)/;
const BULLET = /^\s*(?:[*+-]|\d+[.)])\s+/;

/** Closes the markup that a still growing block has opened, so that it does not flicker as text. */
export function heal(block: string): string {
  if (FENCE.test(block)) return block.replace(/\n(`{1,2}|~{1,2})$/, "");
  const lineStart = block.lastIndexOf("\n") + 1;
  const line = block.slice(lineStart);
  // "---" under a paragraph would turn it into a heading for a moment.
  if (/^ *(-+|=+) *$/.test(line)) return block.slice(0, Math.max(lineStart - 1, 0));
  const bullet = BULLET.exec(line)?.[0] ?? "";
  return block.slice(0, lineStart) + bullet + healLine(line.slice(bullet.length));
}

function healLine(line: string): string {
  const trimmed = line
    .replace(/\[\d{0,3}$/, "") // a citation under way
    .replace(/!?\[([^\]\n]*)\]\([^)\n]*$/, "$1") // a link without its end
    .replace(/!?\[([^\]\n]*)$/, "$1")
    .replace(/(^|\s)(\*{1,3}|~{1,2}|`)$/, "$1");
  const outsideCode = trimmed.replace(/`[^`]*`/g, "").replace(/(^|\s)[*~]+(?=\s)/g, "$1"); // "2 * 3" opens nothing
  if (outsideCode.includes("`")) return `${trimmed}\``;
  return closeMarks(trimmed, outsideCode);
}

function closeMarks(line: string, outsideCode: string): string {
  let healed = line;
  let rest = outsideCode;
  for (const mark of ["**", "~~", "*"]) {
    const pieces = rest.split(mark);
    // Half of the closing mark has arrived: "**bold*".
    if (pieces.length % 2 === 0) healed = healed.replace(/[*~]$/, "").trimEnd() + mark;
    rest = pieces.join("");
  }
  return healed;
}
