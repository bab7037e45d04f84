import { expect, test } from "vitest";
import { faultOf, skipReason } from "./faults";

test("a known code is said in plain words, and named for who looks it up", () => {
  const skip = { provider: "openai", model: "gpt-4o-mini", code: "provider_timeout", detail: "" };
  expect(skipReason(skip)).toBe("openai did not answer in time (provider_timeout)");
});

test("a code of a newer server is told in the server's own words", () => {
  const skip = { provider: "acme", model: "a", code: "acme_closed", detail: "Closed on Sundays" };
  expect(skipReason(skip)).toBe("acme: Closed on Sundays (acme_closed)");
  expect(faultOf("acme_closed")).toBe("failed (acme_closed)");
});
