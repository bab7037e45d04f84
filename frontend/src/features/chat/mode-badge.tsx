import { Badge, type Tone } from "@/ui/badge";
import { Tooltip } from "@/ui/tooltip";
import type { Mode } from "./reply";

interface Words {
  tone: Tone;
  label: string;
  why: string;
}

const WORDS: Record<Mode, Words> = {
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
    why: "Neither the documents nor the model could be reached.",
  },
};

const NONE_CITED: Words = {
  tone: "neutral",
  label: "Documents searched, none cited",
  why: "The model read the passages that were found, but the answer cites none of them.",
};

interface ModeBadgeProps {
  mode: Mode;
  cites: boolean;
}

export function ModeBadge({ mode, cites }: ModeBadgeProps) {
  const { tone, label, why } = mode === "rag" && !cites ? NONE_CITED : WORDS[mode];
  return (
    <Tooltip text={why}>
      <button
        type="button"
        aria-label={`${label}. ${why}`}
        className="inline-flex cursor-help rounded-full"
      >
        <Badge tone={tone}>{label}</Badge>
      </button>
    </Tooltip>
  );
}
