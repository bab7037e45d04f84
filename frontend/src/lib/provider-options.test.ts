import { expect, test } from "vitest";
import type { Provider } from "@/lib/api/types";
import { providerOptions } from "./provider-options";

const provider = (name: string, more: Partial<Provider> = {}): Provider => ({
  name,
  configured: true,
  healthy: true,
  circuit: "closed",
  models: [],
  default: null,
  is_default: false,
  ...more,
});

test("what is not configured cannot be chosen, and says how it could", () => {
  const hint = "openai is not configured: set OPENAI_API_KEY";
  const openai = provider("openai", { configured: false, healthy: null, hint });
  expect(providerOptions([openai], null)).toEqual([
    { value: "openai", label: hint, disabled: true },
  ]);
});

test("trouble is told before one chooses it", () => {
  const providers = [
    provider("a", { circuit: "open", healthy: false }),
    provider("b", { healthy: false }),
    provider("c"),
  ];
  const labels = providerOptions(providers, "c").map(({ label }) => label);
  expect(labels).toEqual(["a (resting after failures)", "b (not answering)", "c"]);
});

test("what is chosen is there before the list is, and when it is gone from it", () => {
  const chosen = { value: "gone", label: "gone", disabled: false };
  expect(providerOptions(undefined, "gone")).toEqual([chosen]);
  expect(providerOptions([provider("a")], "gone")[0]).toEqual(chosen);
});
