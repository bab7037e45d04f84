import { expect, test } from "vitest";
import { beginTransfer, moved, secondsFor } from "./transfer-rate";

const load = (bytes: number, files = 1) => ({ bytes, files });

test("the time left follows from what was sent so far", () => {
  const rate = moved(moved(beginTransfer(1000), { bytes: 300_000 }), { bytes: 200_000 });
  expect(secondsFor(load(1_500_000), rate, 3000)).toBe(6);
  expect(secondsFor(load(0), rate, 3000)).toBe(0);
});

test("nothing is said before something was measured", () => {
  expect(secondsFor(load(1_000), moved(beginTransfer(0), { bytes: 500 }), 100)).toBeNull();
  expect(secondsFor(load(1_000), beginTransfer(0), 60_000)).toBeNull();
});

test("many small files after a large one take as long as files take", () => {
  const rate = moved(beginTransfer(0), { bytes: 20_000_000, files: 10 });
  expect(secondsFor(load(30_000, 300), rate, 2000)).toBe(60);
});
