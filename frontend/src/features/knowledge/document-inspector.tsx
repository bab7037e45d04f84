import { useQuery } from "@tanstack/react-query";
import { ArrowLeft } from "lucide-react";
import { useState } from "react";
import type { Chunk } from "@/lib/api/types";
import { MARKDOWN } from "@/lib/file-types";
import { chunksQuery, documentQuery } from "@/lib/queries/documents";
import { plural } from "@/lib/text";
import { Button } from "@/ui/button";
import { ErrorState } from "@/ui/error-state";
import { Page } from "@/ui/page";
import { PassageText } from "@/ui/passage-text";
import { SkeletonList } from "@/ui/skeleton";
import { ChunkList } from "./chunk-list";

interface DocumentInspectorProps {
  cloneId: string;
  documentId: string;
  onClose: () => void;
}

/** The text as it was read beside the passages it was split into. */
export default function DocumentInspector({
  cloneId,
  documentId,
  onClose,
}: DocumentInspectorProps) {
  const document = useQuery(documentQuery(cloneId, documentId));
  const chunks = useQuery(chunksQuery(cloneId, documentId));
  const [selected, setSelected] = useState<Chunk | null>(null);
  const isMarkdown = document.data?.mime_type === MARKDOWN;
  const range = selected ? { start: selected.char_start, end: selected.char_end } : undefined;

  return (
    <Page
      title={document.data?.title ?? "Document"}
      subtitle={chunks.data ? plural(chunks.data.length, "passage") : " "}
      actions={
        <Button onClick={onClose}>
          <ArrowLeft aria-hidden />
          All documents
        </Button>
      }
    >
      {document.error && (
        <ErrorState
          title="The document could not be opened"
          error={document.error}
          onRetry={document.refetch}
        />
      )}
      <div className="grid gap-6 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <section
          aria-label="Text"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
          tabIndex={0}
          className="h-[48dvh] overflow-y-auto rounded-lg lg:h-[70dvh] border border-line bg-surface p-5 shadow-card"
        >
          {document.isPending && <SkeletonList label="Loading the text" />}
          {document.data && (
            <PassageText
              text={document.data.content || "No text was found in it."}
              isMarkdown={isMarkdown}
              passage={range}
            />
          )}
        </section>
        <ChunkList
          query={chunks}
          isMarkdown={isMarkdown}
          selected={selected}
          onSelect={setSelected}
        />
      </div>
    </Page>
  );
}
