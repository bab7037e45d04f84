import { TextQuote } from "lucide-react";
import type { Source } from "@/lib/api/types";
import { CopyButton } from "@/ui/copy-button";
import { citesAny, sourcesText } from "./cited";
import { ModeBadge } from "./mode-badge";
import type { OpenSource } from "./open-sources";
import type { Mode, Origin, Phase } from "./reply";
import { SpeakButton } from "./speak-button";
import type { Speech } from "./use-speech";

interface ReplyActionsProps {
  id: string;
  text: string;
  phase: Phase;
  mode: Mode | null;
  sources: Source[];
  origin: Origin;
  speech: Speech;
  onOpen: OpenSource;
}

export function ReplyActions({
  id,
  text,
  phase,
  mode,
  sources,
  origin,
  speech,
  onOpen,
}: ReplyActionsProps) {
  const first = sources[0];
  return (
    <div className="-ml-2 flex flex-wrap items-center gap-1">
      <CopyButton text={text} label="Copy answer" />
      <SpeakButton id={id} text={text} speech={speech} />
      {first && (
        <button
          type="button"
          onClick={() => onOpen({ sources, index: first.index })}
          className="inline-flex h-8 items-center gap-1.5 rounded-md px-2 text-muted text-xs hover:bg-sunken hover:text-ink"
        >
          <TextQuote aria-hidden className="size-4" />
          {sourcesText(text, sources)}
        </button>
      )}
      {mode && <ModeBadge mode={mode} cites={citesAny(text, sources)} origin={origin} />}
      {phase === "stopped" && <span className="text-muted text-xs">Stopped by you</span>}
    </div>
  );
}
