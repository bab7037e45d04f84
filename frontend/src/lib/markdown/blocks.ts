import { Lexer, type Token, Tokenizer } from "marked";
import { heal } from "./heal";

/** One top-level piece of markdown; `token` keeps its identity until its source changes. */
export interface Block {
  start: number;
  token: Token;
}

export interface Blocks {
  source: string;
  blocks: Block[];
}

export const NO_BLOCKS: Blocks = { source: "", blocks: [] };

/** Without link definitions `[1]` can only ever be text, hence a citation. */
class CitationTokenizer extends Tokenizer {
  override def(): undefined {
    return undefined;
  }
}

const options = { gfm: true, tokenizer: new CitationTokenizer() };

function lex(source: string, offset: number): Block[] {
  let start = offset;
  const blocks: Block[] = [];
  for (const token of Lexer.lex(source, options)) {
    if (token.type !== "space") blocks.push({ start, token });
    start += token.raw.length;
  }
  return blocks;
}

export function readBlocks(markdown: string): Block[] {
  return lex(markdown.replace(/\r\n?/g, "\n"), 0);
}

/** Blocks of a growing text: reads only the last two again and heals the last one. */
export function growBlocks(before: Blocks, markdown: string): Blocks {
  const source = markdown.includes("\r") ? markdown.replace(/\r\n?/g, "\n") : markdown;
  const grew = source.startsWith(before.source);
  const kept = grew ? before.blocks.slice(0, -2) : [];
  const from = grew ? (before.blocks.at(-2)?.start ?? 0) : 0;
  const tail = lex(source.slice(from), from);
  const last = tail.at(-1);
  if (last) tail.splice(-1, 1, ...healed(last));
  return { source, blocks: [...kept, ...tail] };
}

function healed(block: Block): Block[] {
  const raw = heal(block.token.raw);
  if (raw === block.token.raw) return [block];
  return lex(raw, block.start).map(({ token }) => ({ start: block.start, token }));
}
