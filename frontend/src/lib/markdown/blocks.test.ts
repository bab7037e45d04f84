import { describe, expect, test } from "vitest";
import { growBlocks, NO_BLOCKS } from "./blocks";
import { heal } from "./heal";

describe("unfinished markup in the last block", () => {
  test.each([
    ["some **bold", "some **bold**"],
    ["some **bold*", "some **bold**"],
    ["some *em", "some *em*"],
    ["a `code", "a `code`"],
    ["a `code` and **b", "a `code` and **b**"],
    ["~~gone", "~~gone~~"],
    ["see [the docs](https://exam", "see the docs"],
    ["see [the do", "see the do"],
    ["as said [1", "as said "],
    ["as said [", "as said "],
    ["an ![image](ht", "an image"],
    ["waiting **", "waiting "],
    ["A paragraph\n--", "A paragraph"],
    ["* item with **bold", "* item with **bold**"],
    ["```js\nlet a = `x", "```js\nlet a = `x"],
    ["```js\nlet a\n``", "```js\nlet a"],
    ["2 * 3 = 6 and [1] is cited", "2 * 3 = 6 and [1] is cited"],
  ])("%j is shown as %j", (raw, shown) => {
    expect(heal(raw)).toBe(shown);
  });
});

test("a growing text keeps the identity of its older blocks", () => {
  const first = growBlocks(NO_BLOCKS, "one\n\ntwo\n\nthree");
  const second = growBlocks(first, "one\n\ntwo\n\nthree and more\n\nfour");
  expect(second.blocks[0]).toBe(first.blocks[0]);
  expect(second.blocks.map(({ token }) => token.raw.trim())).toEqual([
    "one",
    "two",
    "three and more",
    "four",
  ]);
});

test("a replaced text is read afresh", () => {
  const before = growBlocks(NO_BLOCKS, "one\n\ntwo");
  expect(growBlocks(before, "other").blocks).toHaveLength(1);
});
