import type { Range } from "@/lib/code-points";

/** How a stretch of Markdown looks when it is read. */
export type Look =
  | "heading"
  | "strong"
  | "em"
  | "deleted"
  | "code"
  | "table"
  | "bullet"
  | "quote"
  | "rule"
  /** Markup that says how the rest looks, and is not read itself. */
  | "markup";

/** A stretch of the raw text; the runs of a text follow each other without gaps. */
export interface Run extends Range {
  looks: readonly Look[];
}

const LINE = /[^\n]*\n|[^\n]+$/g;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const HEADING = /^ {0,3}#{1,6}[ \t]+(?=\S)/;
const HEADING_END = /(?:[ \t]+#+)?[ \t\r]*$/;
const RULE = /^ {0,3}([-*_])(?:[ \t]*\1){2,}\s*$/;
const TABLE = /^\s*\|.*\|\s*$/;
const TABLE_RULE = /^\s*\|(?:[ \t]*:?-+:?[ \t]*\|)+\s*$/;
const QUOTE = /^ {0,3}>[ \t]?/;
const BULLET = /^([ \t]*)[-*+](?=[ \t]+\S)/;

const ESCAPED = /\\(?<escaped>[!-/:-@[-`{-~])/;
const CODE = /(?<!`)(?<ticks>`{1,9})(?<code>[^`\n]+)\k<ticks>(?!`)/;
// Bounded, so that a line of asterisks does not cost the square of its length.
const EMPHASIS =
  /(?<!\w)(?<mark>\*\*|__|~~|[*_])(?<inner>(?=\S).{1,400}?(?<=\S))\k<mark>(?![\w*_])/;
const LINK = /!?\[(?<label>[^[\]\n]+)\]\([^()\s]{1,2000}(?: "[^"\n]*")?\)/;
const INLINE = new RegExp(
  [ESCAPED, CODE, EMPHASIS, LINK].map(({ source }) => source).join("|"),
  "gs",
);

const MARKS: Record<string, Look> = {
  "**": "strong",
  __: "strong",
  "*": "em",
  _: "em",
  "~~": "deleted",
};

/** Reads a Markdown text without changing it: each run has its place in the raw text. */
export function readRuns(text: string): Run[] {
  const lines = new Lines(text);
  for (const match of text.matchAll(LINE)) lines.add(match[0], match.index);
  return lines.finish();
}

/** The part of the runs that lies in a range. */
export function cutRuns(runs: readonly Run[], { start, end }: Range): Run[] {
  return runs
    .filter((run) => run.start < end && run.end > start)
    .map((run) => ({ ...run, start: Math.max(run.start, start), end: Math.min(run.end, end) }));
}

/** For a text of unknown kind; only headings are sure, and the server goes by them too. */
export function looksLikeMarkdown(text: string): boolean {
  return /^ {0,3}#{1,6}[ \t]+\S/m.test(text);
}

/** Ordinary lines wait for those that follow: emphasis may go on in the next line. */
class Lines {
  private readonly text: string;
  private readonly runs: Run[] = [];
  private waitingFrom = 0;
  private fence = "";

  constructor(text: string) {
    this.text = text;
  }

  add(line: string, start: number): void {
    const fence = FENCE.exec(line)?.[1] ?? "";
    if (this.fence) this.addCode(line, start, fence);
    else if (fence) {
      this.fence = fence;
      this.put(start, start + line.length, "markup");
    } else this.addProse(line, start);
  }

  finish(): Run[] {
    this.readWaiting(this.text.length);
    return this.runs;
  }

  private addCode(line: string, start: number, fence: string): void {
    const closes = fence.startsWith(this.fence) && line.trim() === fence;
    if (closes) this.fence = "";
    this.put(start, start + line.length, closes ? "markup" : "code");
  }

  private addProse(line: string, start: number): void {
    const end = start + line.length;
    const heading = HEADING.exec(line)?.[0];
    if (heading) this.addHeading(line, start, start + heading.length);
    else if (RULE.test(line)) this.put(start, start + line.trimEnd().length, "rule");
    else if (TABLE_RULE.test(line)) this.put(start, end, "markup");
    else if (TABLE.test(line)) this.put(start, end, "table");
    else if (line.trim() === "") this.readWaiting(end);
    else this.addMarker(line, start);
  }

  private addHeading(line: string, start: number, from: number): void {
    const body = line.replace(/\n$/, "");
    const to = Math.max(from, start + body.length - (HEADING_END.exec(body)?.[0].length ?? 0));
    this.put(start, from, "markup");
    readInline(this.text, { start: from, end: to, looks: ["heading"] }, this.runs);
    this.waitingFrom = to;
    this.put(to, start + body.length, "markup");
  }

  private addMarker(line: string, start: number): void {
    const quote = QUOTE.exec(line)?.[0];
    if (quote) this.put(start, start + quote.length, "quote");
    const bullet = BULLET.exec(line);
    const indent = bullet?.[1]?.length ?? 0;
    if (bullet) this.put(start + indent, start + bullet[0].length, "bullet");
  }

  private put(start: number, end: number, look: Look): void {
    this.readWaiting(start);
    this.waitingFrom = end;
    if (end > start) this.runs.push({ start, end, looks: [look] });
  }

  private readWaiting(end: number): void {
    readInline(this.text, { start: this.waitingFrom, end, looks: [] }, this.runs);
    this.waitingFrom = end;
  }
}

function readInline(text: string, { start, end, looks }: Run, runs: Run[]): void {
  let done = start;
  const put = (until: number, look: readonly Look[]) => {
    if (until > done) runs.push({ start: done, end: until, looks: look });
    done = until;
  };
  for (const match of text.slice(start, end).matchAll(INLINE)) {
    const { opening, body, look, isRaw } = partsOf(match);
    const within = look ? [...looks, look] : looks;
    put(start + match.index, looks);
    put(done + opening.length, ["markup"]);
    if (isRaw) put(done + body.length, within);
    else {
      readInline(text, { start: done, end: done + body.length, looks: within }, runs);
      done += body.length;
    }
    put(start + match.index + match[0].length, ["markup"]);
  }
  put(end, looks);
}

interface Parts {
  opening: string;
  body: string;
  look?: Look;
  /** Markup in it is text. */
  isRaw?: boolean;
}

function partsOf({ 0: whole, groups = {} }: RegExpMatchArray): Parts {
  const { escaped, ticks, code, mark, inner = "", label = "" } = groups;
  if (escaped) return { opening: "\\", body: escaped, isRaw: true };
  if (ticks && code) return { opening: ticks, body: code, look: "code", isRaw: true };
  if (mark) return { opening: mark, body: inner, look: MARKS[mark] };
  return { opening: whole.startsWith("!") ? "![" : "[", body: label };
}
