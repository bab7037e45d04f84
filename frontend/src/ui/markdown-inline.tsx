import type { Token, Tokens } from "marked";
import { Fragment, use } from "react";
import { decodeEntities, safeHref, splitCitations } from "@/lib/markdown/inline";
import { CitationsContext } from "./markdown-citations";

export function Inline({ tokens }: { tokens: Token[] }) {
  return tokens.map((token, index) => <InlineToken key={index} token={token} />);
}

function Text({ text }: { text: string }) {
  const citations = use(CitationsContext);
  return splitCitations(decodeEntities(text), citations.known).map((piece, index) =>
    typeof piece === "string" ? (
      piece
    ) : (
      <Fragment key={index}>{citations.render(piece.citation)}</Fragment>
    ),
  );
}

function Link({ href, children }: { href: string; children: React.ReactNode }) {
  const address = safeHref(href);
  if (!address) return children;
  return (
    <a href={address} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
}

function InlineToken({ token }: { token: Token }) {
  switch (token.type) {
    case "strong":
      return (
        <strong className="font-semibold">
          <Inline tokens={(token as Tokens.Strong).tokens} />
        </strong>
      );
    case "em":
      return (
        <em>
          <Inline tokens={(token as Tokens.Em).tokens} />
        </em>
      );
    case "del":
      return (
        <del>
          <Inline tokens={(token as Tokens.Del).tokens} />
        </del>
      );
    case "codespan":
      return <code>{(token as Tokens.Codespan).text}</code>;
    case "br":
      return <br />;
    case "checkbox":
      return (token as Tokens.Checkbox).checked ? "☑ " : "☐ ";
    case "link":
      return (
        <Link href={(token as Tokens.Link).href}>
          <Inline tokens={(token as Tokens.Link).tokens} />
        </Link>
      );
    // Loading an image would tell its host what was asked.
    case "image":
      return (
        <Link href={(token as Tokens.Image).href}>{(token as Tokens.Image).text || "image"}</Link>
      );
    case "html":
      return token.raw;
    case "text":
      return "tokens" in token && token.tokens ? (
        <Inline tokens={token.tokens} />
      ) : (
        <Text text={(token as Tokens.Text).text} />
      );
    default:
      return "text" in token ? decodeEntities(String(token.text)) : token.raw;
  }
}
