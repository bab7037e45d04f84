import type { Provider } from "@/lib/api/types";

/** Providers as the options of a select; what has no key cannot be chosen, and says so. */
export function providerOptions(providers: Provider[] | undefined) {
  return (providers ?? []).map(({ name, configured, healthy }) => ({
    value: name,
    label: `${name}${trouble(configured, healthy)}`,
    disabled: !configured,
  }));
}

/** The choice of not choosing, with the name of what is used then. */
export function standardOption(providers: Provider[] | undefined) {
  const standard = providers?.find(({ is_default }) => is_default);
  return { value: "", label: standard ? `Standard (${standard.name})` : "Standard" };
}

function trouble(configured: boolean, healthy: boolean | null): string {
  if (!configured) return " (not configured)";
  return healthy === false ? " (not answering)" : "";
}
