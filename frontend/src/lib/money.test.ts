import { expect, test } from "vitest";
import { dollars } from "./money";

test.each([
  [0, "$0.00"],
  [0.0000135, "$0.000014"],
  [0.0042, "$0.0042"],
  [0.01, "$0.01"],
  [1234.567, "$1,234.57"],
])("%d dollars are told as %s", (amount, told) => {
  expect(dollars(amount)).toBe(told);
});
