import { expect, test } from "vitest";
import { type Range, toStringRange } from "./code-points";

function cutOut(text: string, range: Range): string {
  const { start, end } = toStringRange(text, range);
  return text.slice(start, end);
}

test("offsets counted in code points survive characters outside the basic plane", () => {
  expect(cutOut("a🙂b the passage c", { start: 4, end: 15 })).toBe("the passage");
});

test("a range beyond the text ends with the text", () => {
  expect(cutOut("short", { start: 2, end: 99 })).toBe("ort");
});
