import { expect, test } from "vitest";
import { dayGroup, timeLeft } from "./time";

test("history is grouped by calendar day, not by hours passed", () => {
  const now = new Date(2026, 10, 20, 0, 30);
  const at = (day: number, hour: number) => new Date(2026, 10, day, hour).toISOString();
  expect(dayGroup(at(20, 0), now)).toBe("Today");
  expect(dayGroup(at(19, 23), now)).toBe("Yesterday");
  expect(dayGroup(at(14, 12), now)).toBe("Previous 7 days");
  expect(dayGroup(at(1, 12), now)).toBe("Previous 30 days");
  expect(dayGroup(new Date(2026, 1, 1).toISOString(), now)).toBe("Older");
});

test("a time left is told as roughly as it is known", () => {
  expect([0.4, 12.4, 89, 100, 3000, 7200].map(timeLeft)).toEqual([
    "almost done",
    "about 12 s left",
    "about 89 s left",
    "about 2 min left",
    "about 50 min left",
    "about 2 h left",
  ]);
  expect([null, undefined].map(timeLeft)).toEqual([null, null]);
});
