import { useQuery } from "@tanstack/react-query";
import { FileText, SearchX } from "lucide-react";
import { useRef, useState } from "react";
import type { Document } from "@/lib/api/types";
import { isUnderWay } from "@/lib/document-stages";
import { READABLE_FILES } from "@/lib/file-types";
import { DOCUMENTS_PER_PAGE, type DocumentFilter, documentsQuery } from "@/lib/queries/documents";
import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { FilePicker } from "@/ui/file-picker";
import { Pager } from "@/ui/pager";
import { SkeletonList } from "@/ui/skeleton";
import { DocumentFilters } from "./document-filters";
import { DocumentRow } from "./document-row";
import { RemoveDocument } from "./remove-document";
import { useAddFiles } from "./use-add-files";

/** Where the events stream is cut off, for example by a proxy, the list still moves. */
const FALLBACK_POLL_MS = 5_000;

interface DocumentListProps {
  cloneId: string;
  filter: DocumentFilter;
  onFilter: (filter: DocumentFilter) => void;
  onOpen: (documentId: string) => void;
}

export function DocumentList({ cloneId, filter, onFilter, onOpen }: DocumentListProps) {
  const { data, error, refetch, isPending } = useQuery({
    ...documentsQuery(cloneId, filter),
    refetchInterval: ({ state }) => state.data?.rows.some(isUnderWay) && FALLBACK_POLL_MS,
  });
  const isFiltered = Boolean(filter.standing || filter.search);

  if (isPending) return <SkeletonList label="Loading documents" className="h-16" />;
  if (!data) {
    return <ErrorState title="The documents could not be loaded" error={error} onRetry={refetch} />;
  }
  if (data.total === 0 && !isFiltered) return <NoDocuments />;

  return (
    <section aria-label="Documents" className="flex flex-col gap-3">
      {error && (
        <ErrorState
          title="The list could not be brought up to date"
          error={error}
          onRetry={refetch}
        />
      )}
      <DocumentFilters cloneId={cloneId} filter={filter} onFilter={onFilter} />
      {data.rows.length === 0 ? (
        <NothingFound onReset={() => onFilter({ page: 0 })} />
      ) : (
        <DocumentRows documents={data.rows} cloneId={cloneId} onOpen={onOpen} />
      )}
      <Pager
        label="documents"
        page={filter.page}
        perPage={DOCUMENTS_PER_PAGE}
        total={data.total}
        onPage={(page) => onFilter({ ...filter, page })}
      />
    </section>
  );
}

interface DocumentRowsProps {
  documents: Document[];
  cloneId: string;
  onOpen: (documentId: string) => void;
}

function DocumentRows({ documents, cloneId, onOpen }: DocumentRowsProps) {
  const { replace } = useAddFiles(cloneId);
  const [removing, setRemoving] = useState<Document | null>(null);
  const replacing = useRef<Document>(null);
  return (
    <FilePicker
      accept={READABLE_FILES}
      label="New version"
      takes="one"
      onFiles={([file]) => replacing.current && file && replace(replacing.current, file)}
    >
      {(pickFile) => (
        <>
          <ul className="divide-y divide-line rounded-lg border border-line bg-surface shadow-card">
            {documents.map((document) => (
              <DocumentRow
                key={document.id}
                document={document}
                onOpen={onOpen}
                onRemove={setRemoving}
                onReplace={(chosen) => {
                  replacing.current = chosen;
                  pickFile();
                }}
              />
            ))}
          </ul>
          <RemoveDocument document={removing} onClose={() => setRemoving(null)} />
        </>
      )}
    </FilePicker>
  );
}

function NoDocuments() {
  return (
    <EmptyState icon={<FileText aria-hidden />} title="No documents yet">
      Each one that you add is read, split into passages and made searchable; you can watch it
      happen.
    </EmptyState>
  );
}

function NothingFound({ onReset }: { onReset: () => void }) {
  return (
    <EmptyState
      icon={<SearchX aria-hidden />}
      title="No document matches"
      action={<Button onClick={onReset}>Show all</Button>}
    />
  );
}
