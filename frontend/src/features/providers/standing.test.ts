import { expect, test } from "vitest";
import { standingOf } from "./standing";

const WELL = { configured: true, healthy: true, circuit: "closed", last_error: null } as const;

test("what is not configured is neither well nor ill", () => {
  const standing = standingOf({ ...WELL, configured: false, healthy: null });
  expect(standing).toEqual({ tone: "neutral", label: "Not configured", why: null });
});

test("an open circuit counts more than anything else", () => {
  const standing = standingOf({ ...WELL, circuit: "open", last_error: "provider_timeout" });
  expect(standing.tone).toBe("danger");
  expect(standing.why).toBe(
    "Resting after repeated failures; tries again by itself. " +
      "The latest call: it did not answer in time.",
  );
});

test("after its rest a provider is about to be tried again", () => {
  expect(standingOf({ ...WELL, circuit: "half_open" }).tone).toBe("warn");
});

test("one failure does not make a healthy provider ill", () => {
  const standing = standingOf({ ...WELL, last_error: "provider_unauthorized" });
  expect(standing).toMatchObject({ tone: "warn", label: "Latest call failed" });
});

test("nobody knows of a provider that does not say", () => {
  expect(standingOf({ ...WELL, healthy: null }).label).toBe("Not known");
  expect(standingOf({ ...WELL, healthy: false }).label).toBe("Not answering");
  expect(standingOf(WELL)).toEqual({ tone: "ok", label: "Ready", why: null });
});
