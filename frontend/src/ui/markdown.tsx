import type { Token } from "marked";
import { memo, useMemo, useState } from "react";
import { cn } from "@/lib/cn";
import { type Block, growBlocks, NO_BLOCKS, readBlocks } from "@/lib/markdown/blocks";
import { BlockToken } from "./markdown-block";
import { type Citations, CitationsContext, NO_CITATIONS } from "./markdown-citations";

interface MarkdownProps {
  text: string;
  citations?: Citations;
  className?: string;
}

/** Markdown as React elements only: raw HTML is shown as text, images become links. */
export const Markdown = memo(function Markdown({ text, citations, className }: MarkdownProps) {
  const blocks = useMemo(() => readBlocks(text), [text]);
  return <Prose blocks={blocks} citations={citations} className={className} />;
});

/** The same for a text that is still growing. */
export function LiveMarkdown({ text, citations, className }: MarkdownProps) {
  const [live, setLive] = useState(NO_BLOCKS);
  const [shown, setShown] = useState("");
  if (shown !== text) {
    setShown(text);
    setLive(growBlocks(live, text));
  }
  return <Prose blocks={live.blocks} citations={citations} className={className} />;
}

const PAGE_BLOCKS = 20;

function Prose({
  blocks,
  citations = NO_CITATIONS,
  className,
}: Omit<MarkdownProps, "text"> & { blocks: Block[] }) {
  const pages = Array.from({ length: Math.ceil(blocks.length / PAGE_BLOCKS) }, (_, page) =>
    blocks.slice(page * PAGE_BLOCKS, (page + 1) * PAGE_BLOCKS),
  );
  return (
    <CitationsContext value={citations}>
      <div className={cn("prose", className)}>
        {pages.map((page, index) => (
          <Page key={index} blocks={page} />
        ))}
      </div>
    </CitationsContext>
  );
}

/** Blocks by the score, so that a new word does not visit every block of a long reply. */
const Page = memo(
  function Page({ blocks }: { blocks: Block[] }) {
    return blocks.map(({ token }, index) => <MemoBlock key={index} token={token} />);
  },
  (before, after) =>
    before.blocks.length === after.blocks.length &&
    before.blocks.every(({ token }, index) => token === after.blocks[index]?.token),
);

const MemoBlock = memo(function MemoBlock({ token }: { token: Token }) {
  return <BlockToken token={token} />;
});
