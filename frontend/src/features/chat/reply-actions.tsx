import { TextQuote } from "lucide-react";
import type { Source } from "@/lib/api/types";
import { plural } from "@/lib/text";
import { CopyButton } from "@/ui/copy-button";
import { ModeBadge } from "./mode-badge";
import type { OpenSource } from "./open-sources";
import type { Mode, Phase } from "./reply";
import { SpeakButton } from "./speak-button";
import type { Speech } from "./use-speech";

interface ReplyActionsProps {
  id: string;
  text: string;
  phase: Phase;
  mode: Mode | null;
  sources: Source[];
  speech: Speech;
  onOpen: OpenSource;
}

export function ReplyActions({
  id,
  text,
  phase,
  mode,
  sources,
  speech,
  onOpen,
}: ReplyActionsProps) {
  const first = sources[0];
  return (
    <div className="-ml-2 flex flex-wrap items-center gap-1">
      {text && <CopyButton text={text} label="Copy answer" />}
      {text && <SpeakButton id={id} text={text} speech={speech} />}
      {first && (
        <button
          type="button"
          onClick={() => onOpen({ sources, index: first.index })}
          className="inline-flex h-8 items-center gap-1.5 rounded-md px-2 text-muted text-xs hover:bg-sunken hover:text-ink"
        >
          <TextQuote aria-hidden className="size-4" />
          {plural(sources.length, "source")}
        </button>
      )}
      <ModeBadge mode={mode} />
      {phase === "stopped" && <span className="text-muted text-xs">Stopped by you</span>}
      {phase === "interrupted" && (
        <span className="text-warn text-xs">Interrupted: this answer is not complete</span>
      )}
    </div>
  );
}
