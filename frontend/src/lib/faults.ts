import type { Message } from "@/lib/api/types";

export type Skip = Message["skipped"][number];

/** What a provider that failed did, to be said after its name; by the codes of the API. */
const FAULTS: Record<string, string> = {
  provider_down: "could not be reached, or answered with errors",
  provider_timeout: "did not answer in time",
  provider_resting: "is resting after repeated failures",
  provider_rate_limited: "accepts no more requests right now",
  provider_rejected: "refused the request",
  provider_unauthorized: "refused the key",
  provider_malformed: "sent an answer that could not be read",
  provider_error: "did not answer as expected",
  unknown_provider: "is not configured here any more",
};

export function faultOf(code: string): string {
  return FAULTS[code] ?? `failed (${code})`;
}

/** "openai did not answer in time (provider_timeout)": who was passed over, and why. */
export function skipReason({ provider, code, detail }: Skip): string {
  const fault = FAULTS[code];
  return fault ? `${provider} ${fault} (${code})` : `${provider}: ${detail} (${code})`;
}
