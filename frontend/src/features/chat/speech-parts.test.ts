import { expect, test } from "vitest";
import { speechParts } from "./speech-parts";

test("a short text is read in one go, an empty one not at all", () => {
  expect(speechParts(" Hello. ")).toEqual(["Hello."]);
  expect(speechParts(" ")).toEqual([]);
});

test("a long text is cut where a voice may pause, and nothing is lost", () => {
  const text = "One two. Three four.\n\nFive six seven. Eight";
  const parts = speechParts(text, 24);
  expect(parts).toEqual(["One two. Three four.", "Five six seven. Eight"]);
});

test("a text without any pause is cut at the limit", () => {
  expect(speechParts("a".repeat(25), 10).map((part) => part.length)).toEqual([10, 10, 5]);
});

test("code is left out before the text is cut, so that no half of it is read", () => {
  const text = `Before.\n\n\`\`\`python\n${"x = 1\n\n".repeat(5)}\`\`\`\n\nAfter.`;
  expect(speechParts(text, 24)).toEqual(["Before.\n\n\n\nAfter."]);
  expect(speechParts("Open.\n~~~\nnever closed")).toEqual(["Open."]);
});
