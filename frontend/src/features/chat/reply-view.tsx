import { type ReactNode, useMemo } from "react";
import type { Source } from "@/lib/api/types";
import { LiveMarkdown, Markdown } from "@/ui/markdown";
import type { Citations } from "@/ui/markdown-citations";
import { CitationChip } from "./citation-chip";
import type { OpenSource } from "./open-sources";
import type { Mode, Origin, Phase } from "./reply";
import { ReplyActions } from "./reply-actions";
import type { Speech } from "./use-speech";

interface ReplyViewProps {
  id: string;
  cloneName: string;
  text: string;
  phase: Phase;
  mode: Mode | null;
  sources: Source[];
  origin: Origin;
  speech: Speech;
  onOpen: OpenSource;
  /** Shown under the text: what went wrong, or what is going on. */
  children?: ReactNode;
}

/** A reply while it grows and afterwards; its actions come when it is over. */
export function ReplyView(props: ReplyViewProps) {
  const { id, cloneName, text, phase, mode, sources, origin, speech, onOpen, children } = props;
  const citations = useCitations(sources, onOpen);
  const Text = phase === "writing" ? LiveMarkdown : Markdown;
  const over = phase !== "writing" && phase !== "waiting";
  return (
    <article
      aria-label={`${cloneName} answered`}
      aria-busy={!over}
      data-reply={id}
      data-speaking={speech.id === id || undefined}
      className="relative flex flex-col gap-2"
    >
      <h2 className="sr-only">Answer</h2>
      {text && <Text text={text} citations={citations} />}
      {children}
      {over && text && (
        <ReplyActions
          id={id}
          text={text}
          phase={phase}
          mode={mode}
          sources={sources}
          origin={origin}
          speech={speech}
          onOpen={onOpen}
        />
      )}
    </article>
  );
}

function useCitations(sources: Source[], onOpen: OpenSource): Citations {
  return useMemo(
    () => ({
      known: new Set(sources.map(({ index }) => index)),
      render: (index) => {
        const source = sources.find((candidate) => candidate.index === index);
        return source && <CitationChip source={source} sources={sources} onOpen={onOpen} />;
      },
    }),
    [sources, onOpen],
  );
}
