import { useQuery } from "@tanstack/react-query";
import { FileText } from "lucide-react";
import { useState } from "react";
import { useShallow } from "zustand/react/shallow";
import type { Document } from "@/lib/api/types";
import { documentsQuery } from "@/lib/queries/documents";
import { useUploads } from "@/lib/uploads";
import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { SkeletonList } from "@/ui/skeleton";
import { isUnderWay } from "./document-cache";
import { DocumentRow } from "./document-row";
import { DocumentSummary } from "./document-summary";
import { RemoveDocument } from "./remove-document";
import { UploadRow } from "./upload-row";

/** Where the events stream is cut off, for example by a proxy, the list still moves. */
const FALLBACK_POLL_MS = 5_000;

interface DocumentListProps {
  cloneId: string;
  onOpen: (documentId: string) => void;
  onPick: () => void;
}

export function DocumentList({ cloneId, onOpen, onPick }: DocumentListProps) {
  const uploads = useUploads(
    useShallow((state) => state.uploads.filter((upload) => upload.cloneId === cloneId)),
  );
  const [removing, setRemoving] = useState<Document | null>(null);
  const { data, error, refetch, isPending } = useQuery({
    ...documentsQuery(cloneId),
    refetchInterval: ({ state }) => state.data?.some(isUnderWay) && FALLBACK_POLL_MS,
  });

  if (isPending) return <SkeletonList label="Loading documents" className="h-16" />;
  if (error) {
    return <ErrorState title="The documents could not be loaded" error={error} onRetry={refetch} />;
  }
  if (data.length + uploads.length === 0) return <NoDocuments onPick={onPick} />;

  return (
    <section aria-label="Documents" className="flex flex-col gap-3">
      <DocumentSummary documents={data} />
      <ul className="divide-y divide-line rounded-lg border border-line bg-surface shadow-card">
        {uploads.map((upload) => (
          <UploadRow key={upload.id} upload={upload} />
        ))}
        {data.map((document) => (
          <DocumentRow
            key={document.id}
            document={document}
            onOpen={onOpen}
            onRemove={setRemoving}
          />
        ))}
      </ul>
      <RemoveDocument document={removing} onClose={() => setRemoving(null)} />
    </section>
  );
}

function NoDocuments({ onPick }: { onPick: () => void }) {
  return (
    <EmptyState
      icon={<FileText aria-hidden />}
      title="Drop files anywhere on this page"
      action={<Button onClick={onPick}>Choose files</Button>}
    >
      PDF, Word, Markdown, HTML or plain text. Each is read, split into passages and made
      searchable; you can watch it happen.
    </EmptyState>
  );
}
