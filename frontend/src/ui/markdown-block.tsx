import type { Token, Tokens } from "marked";
import { CodeBlock } from "./code-block";
import { Inline } from "./markdown-inline";

function Blocks({ tokens }: { tokens: Token[] }) {
  return tokens.map((token, index) => <BlockToken key={index} token={token} />);
}

function List({ token }: { token: Tokens.List }) {
  const items = token.items.map((item, index) => (
    <li key={index}>
      <Blocks tokens={item.tokens} />
    </li>
  ));
  if (!token.ordered) return <ul>{items}</ul>;
  return <ol start={Number(token.start) || 1}>{items}</ol>;
}

function Table({ token }: { token: Tokens.Table }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section aria-label="Table" tabIndex={0} className="overflow-x-auto">
      <table>
        <thead>
          <tr>
            {token.header.map((cell, index) => (
              <th key={index} scope="col">
                <Inline tokens={cell.tokens} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {token.rows.map((row, line) => (
            <tr key={line}>
              {row.map((cell, index) => (
                <td key={index}>
                  <Inline tokens={cell.tokens} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function BlockToken({ token }: { token: Token }) {
  switch (token.type) {
    case "space":
      return null;
    case "heading":
      return (
        <h3>
          <Inline tokens={(token as Tokens.Heading).tokens} />
        </h3>
      );
    case "code":
      return (
        <CodeBlock code={(token as Tokens.Code).text} language={(token as Tokens.Code).lang} />
      );
    case "blockquote":
      return (
        <blockquote>
          <Blocks tokens={(token as Tokens.Blockquote).tokens} />
        </blockquote>
      );
    case "list":
      return <List token={token as Tokens.List} />;
    case "table":
      return <Table token={token as Tokens.Table} />;
    case "hr":
      return <hr />;
    case "paragraph":
      return (
        <p>
          <Inline tokens={(token as Tokens.Paragraph).tokens} />
        </p>
      );
    case "html":
      return <p>{token.raw}</p>;
    default:
      return <Inline tokens={[token]} />;
  }
}
