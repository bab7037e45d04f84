import type { Provider } from "@/lib/api/types";
import { faultOf } from "@/lib/faults";

interface Standing {
  tone: "neutral" | "ok" | "warn" | "danger";
  label: string;
  /** What there is to know beyond the label. */
  why: string | null;
}

type Known = Pick<Provider, "configured" | "healthy" | "circuit" | "last_error">;

/** How a provider does, in plain words; the worst that is known of it counts. */
export function standingOf({ configured, healthy, circuit, last_error }: Known): Standing {
  if (!configured) return { tone: "neutral", label: "Not configured", why: null };
  const failure = last_error ? `The latest call: it ${faultOf(last_error)}.` : null;
  if (circuit === "open") {
    const why = "Resting after repeated failures; tries again by itself.";
    return { tone: "danger", label: "Resting", why: joined(why, failure) };
  }
  if (circuit === "half_open") {
    const why = "It rested after repeated failures; the next call tries it again.";
    return { tone: "warn", label: "About to be tried again", why: joined(why, failure) };
  }
  if (healthy === false) return { tone: "danger", label: "Not answering", why: failure };
  if (failure) return { tone: "warn", label: "Latest call failed", why: failure };
  if (healthy) return { tone: "ok", label: "Ready", why: null };
  return { tone: "neutral", label: "Not known", why: "It did not answer soon enough to tell." };
}

function joined(...sentences: (string | null)[]): string {
  return sentences.filter(Boolean).join(" ");
}
