import { expect, test } from "vitest";
import { beginTransfer, moved, secondsFor } from "./transfer-rate";

test("the time left follows from what was sent so far", () => {
  const rate = moved(moved(beginTransfer(1000), 300_000), 200_000);
  expect(secondsFor(1_500_000, rate, 3000)).toBe(6);
  expect(secondsFor(0, rate, 3000)).toBe(0);
});

test("nothing is said before something was measured", () => {
  expect(secondsFor(1_000, moved(beginTransfer(0), 500), 100)).toBeNull();
  expect(secondsFor(1_000, beginTransfer(0), 60_000)).toBeNull();
});
