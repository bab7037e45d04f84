import { expect, test } from "vitest";
import type { Clone, CloneSettings } from "@/lib/api/types";
import { toForm, toPatches } from "./changes";

const BEFORE = toForm(
  {
    name: "Ada",
    bio: "",
    rag_enabled: true,
    communication_style: { tone: "warm", pace: "slow" } as Record<string, string>,
  } as Clone,
  {
    llm_model: "dummy",
    temperature: 0.7,
    retrieval: { top_k: 3, mode: "hybrid", answer_mode: "balanced" },
  } as CloneSettings,
);

test("nothing changed sends nothing", () => {
  expect(toPatches(BEFORE, structuredClone(BEFORE))).toEqual({ clone: {}, settings: {} });
});

test("only the changed leaves are sent", () => {
  const after = structuredClone(BEFORE);
  after.clone.bio = "Mathematician";
  after.settings.retrieval.top_k = 5;
  expect(toPatches(BEFORE, after)).toEqual({
    clone: { bio: "Mathematician" },
    settings: { retrieval: { top_k: 5 } },
  });
});

test("what the server works on is not sent back", () => {
  const reembedding = { serving_provider: "dummy", serving_model: "old", progress_percentage: 4 };
  const form = toForm({} as Clone, { reembedding } as CloneSettings);
  expect(form.settings).not.toHaveProperty("reembedding");
});

test("a switch that is turned off is sent as such", () => {
  const after = structuredClone(BEFORE);
  after.clone.rag_enabled = false;
  expect(toPatches(BEFORE, after)).toEqual({ clone: { rag_enabled: false }, settings: {} });
});

test("a changed style is sent whole, without its blanks", () => {
  const after = structuredClone(BEFORE);
  after.clone.communication_style = { tone: "", pace: "slow", length: "brief" };
  expect(toPatches(BEFORE, after).clone).toEqual({
    communication_style: { pace: "slow", length: "brief" },
  });
});
