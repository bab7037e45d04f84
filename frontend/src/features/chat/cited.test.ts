import { expect, test } from "vitest";
import type { Source } from "@/lib/api/types";
import { citesAny, sourcesText } from "./cited";

const SOURCES = [{ index: 1 }, { index: 2 }] as Source[];

test.each([
  ["True [1].", true],
  ["I do not know.", false],
  ["Invented [9].", false],
  ["In code `a[1]`", false],
  ["```js\na[1]\n```", false],
  ["```js\na[1]", false],
  ["```js\na[1]\n```\nTrue [2].", true],
])("whether %j cites a passage: %s", (text, cites) => {
  expect(citesAny(text, SOURCES)).toBe(cites);
});

test("passages that no answer cites were only found", () => {
  expect(sourcesText("True [1].", SOURCES)).toBe("2 sources");
  expect(sourcesText("I do not know.", SOURCES)).toBe("2 passages found");
  expect(sourcesText("Who knows?", SOURCES.slice(1))).toBe("1 passage found");
});
