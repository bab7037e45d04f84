import { useQuery } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { useState } from "react";
import type { Document } from "@/lib/api/types";
import { DOCUMENTS_PER_PAGE, documentsQuery } from "@/lib/queries/documents";
import { useRetry } from "@/lib/retries";
import { sentence } from "@/lib/text";
import { IconButton } from "@/ui/icon-button";
import { Pager } from "@/ui/pager";
import { notifyError } from "@/ui/toast";
import { RetryAll } from "./retry-all";

interface FailedDocumentsProps {
  cloneId: string;
  /** Whether the state of the memory has the button that tries all of them again. */
  isRetriedAbove: boolean;
  onOpen: (documentId: string) => void;
}

/** What could not be read, and why. */
export function FailedDocuments({ cloneId, isRetriedAbove, onOpen }: FailedDocumentsProps) {
  const [page, setPage] = useState(0);
  const { data } = useQuery(documentsQuery(cloneId, { standing: "failed", page }));
  if (!data || data.total === 0) return null;
  return (
    <section aria-label="Failed" className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 className="font-semibold text-lg">Failed</h2>
        {!isRetriedAbove && <RetryAll cloneId={cloneId} />}
      </div>
      <ul className="divide-y divide-line rounded-lg border border-line bg-surface shadow-card">
        {data.rows.map((document) => (
          <FailedRow key={document.id} document={document} onOpen={onOpen} />
        ))}
      </ul>
      <Pager
        label="failed documents"
        page={page}
        perPage={DOCUMENTS_PER_PAGE}
        total={data.total}
        onPage={setPage}
      />
    </section>
  );
}

interface FailedRowProps {
  document: Document;
  onOpen: (documentId: string) => void;
}

function FailedRow({ document, onOpen }: FailedRowProps) {
  const retry = useRetry((error) => notifyError("It was not started again", error));
  return (
    <li className="flex items-start gap-3 px-4 py-3">
      <div className="min-w-0 flex-1">
        <button
          type="button"
          className="own-direction block max-w-full truncate font-medium text-sm hover:underline"
          title={document.title}
          onClick={() => onOpen(document.id)}
        >
          {document.title}
        </button>
        <p className="break-words text-danger text-sm">
          {sentence(document.error_message ?? "It could not be read")}
        </p>
      </div>
      <IconButton
        label={`Try ${document.title} again`}
        disabled={retry.isPending}
        onClick={() => retry.mutate(document)}
      >
        <RotateCcw aria-hidden />
      </IconButton>
    </li>
  );
}
