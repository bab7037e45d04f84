import { memo } from "react";
import { cn } from "@/lib/cn";
import { type Look, type Run, readRuns } from "@/lib/markdown/runs";

const LOOKS: Partial<Record<Look, string>> = {
  heading: "font-display font-semibold text-base",
  strong: "font-semibold",
  em: "italic",
  deleted: "line-through",
  code: "font-mono text-[0.92em]",
  table: "font-mono text-xs",
};

/** Shown in the place of markup that separates or leads. */
const SIGNS: Partial<Record<Look, string>> = {
  bullet: "before:content-['•']",
  quote: "border-accent border-l-2 pl-2",
  rule: "inline-block w-full border-line border-t align-middle",
};

export function runsOf(text: string, isMarkdown: boolean): Run[] {
  return isMarkdown ? readRuns(text) : [{ start: 0, end: text.length, looks: [] }];
}

interface ReadableTextProps {
  text: string;
  isMarkdown: boolean;
}

export const ReadableText = memo(function ReadableText({ text, isMarkdown }: ReadableTextProps) {
  return <Runs text={text} runs={runsOf(text, isMarkdown)} />;
});

/** The text stays in the page as it is stored; markup is only not shown. */
export function Runs({ text, runs }: { text: string; runs: readonly Run[] }) {
  return runs.map(({ start, end, looks }) => {
    const raw = text.slice(start, end);
    const sign = looks[0] && SIGNS[looks[0]];
    if (looks.length === 0) return raw;
    if (looks[0] === "markup") return <Markup key={start} raw={raw} />;
    return sign ? (
      <span key={start} className={sign}>
        <Markup raw={raw} />
      </span>
    ) : (
      <span key={start} className={cn(looks.map((look) => LOOKS[look]))}>
        {raw}
      </span>
    );
  });
}

function Markup({ raw }: { raw: string }) {
  return <span hidden>{raw}</span>;
}
