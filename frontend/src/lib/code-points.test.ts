import { expect, test } from "vitest";
import { cutOut } from "./code-points";

test("offsets counted in code points survive characters outside the basic plane", () => {
  expect(cutOut("a🙂b the passage c", { start: 4, end: 15 })).toEqual([
    "a🙂b ",
    "the passage",
    " c",
  ]);
});

test("a range beyond the text ends with the text", () => {
  expect(cutOut("short", { start: 2, end: 99 })).toEqual(["sh", "ort", ""]);
});
