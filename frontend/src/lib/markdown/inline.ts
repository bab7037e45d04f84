const ENTITIES: Record<string, string> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00a0",
};

/** marked leaves entities for a browser to decode; React shows text as it is. */
export function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]+));/gi,
    (whole, decimal, hex, name) => {
      if (name) return ENTITIES[name.toLowerCase()] ?? whole;
      const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}

const SAFE_SCHEMES = new Set(["http:", "https:", "mailto:"]);

/** The address when it is absolute and of a harmless scheme; what a model writes is not trusted. */
export function safeHref(href: string): string | null {
  const address = decodeEntities(href).trim();
  if (!URL.canParse(address)) return null;
  const { protocol } = new URL(address);
  return SAFE_SCHEMES.has(protocol) ? address : null;
}

export type Piece = string | { citation: number };

/** Splits `[1]` off a text, where such a source exists; an invented `[99]` stays text. */
export function splitCitations(text: string, known: ReadonlySet<number>): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(/\[(\d{1,3})\]/g)) {
    const citation = Number(match[1]);
    if (!known.has(citation)) continue;
    if (match.index > end) pieces.push(text.slice(end, match.index));
    pieces.push({ citation });
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push(text.slice(end));
  return pieces;
}
