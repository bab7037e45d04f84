import { expect, test } from "vitest";
import { windowAround } from "./text-window";

const cut = (text: string, start: number, end: number) => {
  const range = windowAround(text, { start, end });
  return text.slice(range.start, range.end);
};

test("a window shows whole lines", () => {
  expect(cut("one\ntwo\nthree\nfour", 6, 9)).toBe("two\nthree\n");
});

test("a window that asks for more than there is shows all", () => {
  expect(cut("one\ntwo", -5, 99)).toBe("one\ntwo");
});

test("a text without lines is cut between characters", () => {
  const text = "🕯️".repeat(2_000);
  expect(cut(text, 3_001, 3_004)).not.toMatch(/^[\udc00-\udfff]|[\ud800-\udbff]$/);
  expect(cut("x".repeat(5_000), 2_000, 2_100)).toHaveLength(100);
});
