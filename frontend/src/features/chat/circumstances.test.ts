import { expect, test } from "vitest";
import { circumstancesOf } from "./circumstances";
import { NO_ORIGIN } from "./reply";

const TIMEOUT = { provider: "openai", model: "m", code: "provider_timeout", detail: "Too late" };
const labels = (...told: Parameters<typeof circumstancesOf>) =>
  circumstancesOf(...told).map(({ label }) => label);

test("an ordinary reply says where it comes from, and no more", () => {
  expect(labels("rag", true, NO_ORIGIN)).toEqual(["From the documents"]);
  expect(labels("rag", false, NO_ORIGIN)).toEqual(["Documents searched, none cited"]);
});

test("who answered instead is named, with the reason", () => {
  const origin = { ...NO_ORIGIN, provider: "anthropic", skipped: [TIMEOUT] };
  const [, instead] = circumstancesOf("rag", true, origin);
  expect(instead?.label).toBe("Answered by anthropic");
  expect(instead?.why).toBe(
    "Answered by anthropic: openai did not answer in time (provider_timeout).",
  );
});

test("an apology names everyone who did not answer, and nobody who did", () => {
  const down = { ...TIMEOUT, provider: "anthropic", code: "provider_resting" };
  const origin = { ...NO_ORIGIN, provider: "", skipped: [TIMEOUT, down] };
  const [apology, ...more] = circumstancesOf("error_fallback", false, origin);
  expect(apology?.label).toBe("No answer");
  expect(apology?.why).toContain("openai did not answer in time (provider_timeout); anthropic is");
  expect(more).toEqual([]);
});

test("what retrieval had to do without is said in plain words", () => {
  const degraded = ["embeddings", "embeddings:local", "retrieval", "something newer"];
  expect(labels("llm_fallback", false, { ...NO_ORIGIN, degraded })).toEqual([
    "Without documents",
    "Searched by words alone",
    "Searched with local",
    "Search failed",
  ]);
});
