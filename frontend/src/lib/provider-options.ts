import type { Provider } from "@/lib/api/types";

/**
 * Providers as the options of a select; what is not configured says how it can be. What is chosen
 * is always among them: before they are known, and where it is gone, a select would show another.
 */
export function providerOptions(providers: Provider[] | undefined, chosen: string | null) {
  const options = (providers ?? []).map((provider) => ({
    value: provider.name,
    label: provider.configured ? `${provider.name}${trouble(provider)}` : setUp(provider),
    disabled: !provider.configured,
  }));
  if (!chosen || options.some(({ value }) => value === chosen)) return options;
  return [{ value: chosen, label: chosen, disabled: false }, ...options];
}

/** The choice of not choosing, with the name of what is used then. */
export function standardOption(providers: Provider[] | undefined) {
  const standard = providers?.find(({ is_default }) => is_default);
  return { value: "", label: standard ? `Standard (${standard.name})` : "Standard" };
}

function setUp({ name, hint }: Provider): string {
  return hint ?? `${name} is not configured`;
}

function trouble({ circuit, healthy }: Provider): string {
  if (circuit === "open") return " (resting after failures)";
  return healthy === false ? " (not answering)" : "";
}
