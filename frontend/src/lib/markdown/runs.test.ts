import { expect, test } from "vitest";
import { readRuns } from "./runs";

/** What is read, and how it looks; the markup that is not read is left out. */
function read(text: string): string[] {
  return readRuns(text)
    .filter(({ looks }) => !looks.includes("markup"))
    .map(({ start, end, looks }) => [...looks, JSON.stringify(text.slice(start, end))].join(" "));
}

const DOCUMENT = `# The *light* ##

Never let **the
lamp** go \`out\`, see [the log](https://a.example/b "c").

- one \\* star
  - two
1. three

> quoted

| a | b |
|---|---|

---

~~~py
x = a * b * c
~~~
End 🕯️ 2 * 3 * 4, snake_case_name, ***both***`;

test("each character has its place in exactly one run", () => {
  for (const text of [DOCUMENT, DOCUMENT.replaceAll("\n", "\r\n"), "", "\n", "```", "# \n**"]) {
    const runs = readRuns(text);
    expect(runs.map(({ start, end }) => text.slice(start, end)).join("")).toBe(text);
    expect(runs.every(({ start, end }) => end > start)).toBe(true);
  }
});

test.each([
  ["## Noise\nText", ['heading "Noise"', '"\\nText"']],
  ["## A _b_ ##", ['heading "A "', 'heading em "b"']],
  ["a **b\nc** d", ['"a "', 'strong "b\\nc"', '" d"']],
  ["***x***", ['strong em "x"']],
  ["- a\n  * b", ['bullet "-"', '" a\\n  "', 'bullet "*"', '" b"']],
  ["> a", ['quote "> "', '"a"']],
  ["`a*b*c` and ``x``", ['code "a*b*c"', '" and "', 'code "x"']],
  ["```js\n# no\n```\nyes", ['code "# no\\n"', '"yes"']],
  ["[label](https://a.b) ![alt](c.png)", ['"label"', '" "', '"alt"']],
  ["\\*not\\*", ['"*"', '"not"', '"*"']],
  ["a\n\n---\nb", ['"a\\n\\n"', 'rule "---"', '"\\nb"']],
  ["| a | b |\n|---|:-:|\n| c", ['table "| a | b |\\n"', '"| c"']],
])("%j is read as %j", (text, runs) => {
  expect(read(text)).toEqual(runs);
});

test.each(["2 * 3 * 4", "snake_case_name", "a ** b", "#hashtag", "[1] and [x]", "**a", "-1"])(
  "%j is only text",
  (text) => expect(read(text)).toEqual([JSON.stringify(text)]),
);

test("a text made to be slow is not", () => {
  const start = performance.now();
  readRuns("**a ".repeat(20_000));
  readRuns("[a](".repeat(20_000));
  readRuns("`a ``".repeat(20_000));
  expect(performance.now() - start).toBeLessThan(2_000);
});
