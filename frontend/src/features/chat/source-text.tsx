import { useQuery } from "@tanstack/react-query";
import { Problem } from "@/lib/api/problem";
import type { Clone, Source } from "@/lib/api/types";
import { readsAsMarkdown } from "@/lib/file-types";
import { looksLikeMarkdown } from "@/lib/markdown/runs";
import { documentQuery } from "@/lib/queries/documents";
import { useOwns } from "@/lib/session";
import { ErrorState } from "@/ui/error-state";
import { PassageText } from "@/ui/passage-text";
import { SkeletonList } from "@/ui/skeleton";

const FRAME = "min-h-48 flex-1 overflow-y-auto rounded-lg border border-line bg-canvas p-4";

interface SourceTextProps {
  clone: Clone;
  source: Source;
}

/** The passage marked in its document; for readers who may not open that, the passage alone. */
export function SourceText({ clone, source }: SourceTextProps) {
  const own = useOwns(clone);
  const { data, error, isLoading, refetch } = useQuery({
    ...documentQuery(clone.id, source.document_id),
    enabled: own,
  });
  const gone = error instanceof Problem && error.status === 404;

  if (isLoading) return <SkeletonList label="Opening the document" />;
  if (error && !gone) {
    return <ErrorState title="The document could not be opened" error={error} onRetry={refetch} />;
  }
  // While a new version is read, the text may be missing for a moment.
  if (!data?.content) {
    return (
      <blockquote className={FRAME}>
        <PassageText
          text={source.excerpt}
          isMarkdown={looksLikeMarkdown(source.excerpt)}
          passage={{ start: 0, end: source.excerpt.length }}
        />
      </blockquote>
    );
  }
  return (
    <section
      aria-label={`Text of ${source.document_name}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      className={FRAME}
    >
      <PassageText
        text={data.content}
        isMarkdown={readsAsMarkdown(data)}
        passage={{ start: source.char_start, end: source.char_end }}
      />
    </section>
  );
}
