import { skipReason } from "@/lib/faults";
import type { Tone } from "@/ui/badge";
import type { Mode, Origin } from "./reply";

/** One thing to know about how a reply came about. */
export interface Circumstance {
  tone: Tone;
  label: string;
  why: string;
}

const MODES: Record<Mode, Circumstance> = {
  rag: {
    tone: "neutral",
    label: "From the documents",
    why: "The answer was written from the passages it cites.",
  },
  llm_fallback: {
    tone: "warn",
    label: "Without documents",
    why: "No passage was used: the model answered on its own.",
  },
  cached: {
    tone: "neutral",
    label: "Answered before",
    why: "The same question was answered earlier with the same documents.",
  },
  error_fallback: {
    tone: "danger",
    label: "No answer",
    why: "No language model answered: the text is an apology, not an answer.",
  },
};

const NONE_CITED: Circumstance = {
  tone: "neutral",
  label: "Documents searched, none cited",
  why: "The model read the passages that were found, but the answer cites none of them.",
};

const BY_WORDS_ALONE: Circumstance = {
  tone: "warn",
  label: "Searched by words alone",
  why: "The question could not be compared by its meaning: the embeddings did not answer.",
};

const NOT_SEARCHED: Circumstance = {
  tone: "warn",
  label: "Search failed",
  why: "The documents could not be searched.",
};

const OTHER_EMBEDDINGS = "embeddings:";

/** How a reply came about, the mode first, then whatever was not as usual. */
export function circumstancesOf(mode: Mode, cites: boolean, origin: Origin): Circumstance[] {
  const usual = mode === "rag" && !cites ? NONE_CITED : MODES[mode];
  const reasons = origin.skipped.map(skipReason).join("; ");
  const without = origin.degraded.flatMap(withoutIt);
  if (!reasons) return [usual, ...without];
  if (mode === "error_fallback") return [{ ...usual, why: `${usual.why} ${reasons}.` }, ...without];
  return [usual, substitute(origin, reasons), ...without];
}

function substitute({ provider }: Origin, reasons: string): Circumstance {
  const label = provider ? `Answered by ${provider}` : "Nobody answered";
  return { tone: provider ? "warn" : "danger", label, why: `${label}: ${reasons}.` };
}

function withoutIt(what: string): Circumstance[] {
  if (what === "embeddings") return [BY_WORDS_ALONE];
  if (what === "retrieval") return [NOT_SEARCHED];
  if (!what.startsWith(OTHER_EMBEDDINGS)) return [];
  const name = what.slice(OTHER_EMBEDDINGS.length);
  const why = `The clone's own embeddings did not answer: those of ${name} found the passages.`;
  return [{ tone: "warn", label: `Searched with ${name}`, why }];
}
