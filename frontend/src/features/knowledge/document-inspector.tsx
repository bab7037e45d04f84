import { useQuery } from "@tanstack/react-query";
import { ArrowLeft, Download } from "lucide-react";
import { useState } from "react";
import type { Chunk, DocumentDetail } from "@/lib/api/types";
import { readsAsMarkdown } from "@/lib/file-types";
import { documentQuery } from "@/lib/queries/documents";
import { Button } from "@/ui/button";
import { ErrorState } from "@/ui/error-state";
import { Page } from "@/ui/page";
import { PassageText } from "@/ui/passage-text";
import { SkeletonList } from "@/ui/skeleton";
import { DocumentFacts } from "./document-facts";
import { Passages } from "./passages";
import { saveOriginal } from "./save-original";

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
  const { data, error, refetch, isPending } = useQuery(documentQuery(cloneId, documentId));
  const [selected, setSelected] = useState<Chunk | null>(null);
  const isMarkdown = data !== undefined && readsAsMarkdown(data);
  const back = (
    <Button onClick={onClose}>
      <ArrowLeft aria-hidden />
      All documents
    </Button>
  );

  if (error && !data) {
    return (
      <Page title="Document" actions={back}>
        <ErrorState title="The document could not be opened" error={error} onRetry={refetch} />
      </Page>
    );
  }

  return (
    <Page
      title={data?.title ?? "Document"}
      actions={
        <>
          {data && (
            <Button variant="ghost" onClick={() => void saveOriginal(data)}>
              <Download aria-hidden />
              Original
            </Button>
          )}
          {back}
        </>
      }
    >
      {data && <DocumentFacts document={data} />}
      <div className="grid gap-6 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <section
          aria-label="Text"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
          tabIndex={0}
          className="h-[44dvh] overflow-y-auto rounded-lg border border-line bg-surface p-5 shadow-card lg:h-[66dvh]"
        >
          {isPending && <SkeletonList label="Loading the text" />}
          {data && <Text document={data} selected={selected} />}
        </section>
        <Passages
          cloneId={cloneId}
          documentId={documentId}
          isMarkdown={isMarkdown}
          selected={selected}
          onSelect={setSelected}
        />
      </div>
    </Page>
  );
}

function Text({ document, selected }: { document: DocumentDetail; selected: Chunk | null }) {
  if (!document.content) return <p className="text-muted text-sm">{textMissing(document)}</p>;
  return (
    <PassageText
      text={document.content}
      isMarkdown={readsAsMarkdown(document)}
      passage={selected ? { start: selected.char_start, end: selected.char_end } : undefined}
    />
  );
}

function textMissing({ status }: DocumentDetail): string {
  return status === "failed"
    ? "Nothing of it could be read."
    : "Its text shows here once it is read.";
}
