import { ClipboardType, FileText, Globe, RotateCcw, Trash2 } from "lucide-react";
import type { Document } from "@/lib/api/types";
import { fileSize, plural } from "@/lib/text";
import { Badge } from "@/ui/badge";
import { IconButton } from "@/ui/icon-button";
import { Progress } from "@/ui/progress";
import { isUnderWay } from "./document-cache";
import { useReprocess } from "./use-reprocess";

const ICONS = { file: FileText, manual: ClipboardType, url: Globe };

const STAGES: Record<Document["stage"], string> = {
  queued: "Waiting its turn",
  parsing: "Reading the text",
  chunking: "Splitting into passages",
  embedding: "Learning the meaning",
  indexing: "Making it searchable",
  done: "Finishing",
};

interface DocumentRowProps {
  document: Document;
  onOpen: (documentId: string) => void;
  onRemove: (document: Document) => void;
}

export function DocumentRow({ document, onOpen, onRemove }: DocumentRowProps) {
  const reprocess = useReprocess();
  const Icon = ICONS[document.source_type];
  return (
    <li className="flex items-start gap-3 px-4 py-3 sm:items-center" data-status={document.status}>
      <Icon aria-hidden className="mt-0.5 size-5 shrink-0 text-muted sm:mt-0" />
      <div className="min-w-0 flex-1">
        <button
          type="button"
          onClick={() => onOpen(document.id)}
          className="block max-w-full truncate text-left font-medium text-sm hover:underline"
        >
          {document.title}
        </button>
        <DocumentState document={document} />
      </div>
      {document.status === "failed" && (
        <IconButton
          label={`Try ${document.title} again`}
          disabled={reprocess.isPending}
          onClick={() => reprocess.mutate(document)}
        >
          <RotateCcw aria-hidden />
        </IconButton>
      )}
      <IconButton label={`Delete ${document.title}`} onClick={() => onRemove(document)}>
        <Trash2 aria-hidden />
      </IconButton>
    </li>
  );
}

function DocumentState({ document }: { document: Document }) {
  if (isUnderWay(document)) {
    const stage = STAGES[document.stage];
    return (
      <div className="mt-1 flex items-center gap-3 text-muted text-xs">
        <span className="w-40 shrink-0">{stage}</span>
        <Progress label={`${document.title}: ${stage}`} percent={document.progress_percentage} />
        <span className="w-9 shrink-0 text-right tabular-nums">
          {document.progress_percentage} %
        </span>
      </div>
    );
  }
  if (document.status === "failed") {
    return (
      <p className="mt-0.5 text-danger text-sm">
        {document.error_message ?? "It could not be read."}
      </p>
    );
  }
  return (
    <div className="mt-1 flex flex-wrap items-center gap-x-2.5 gap-y-1 text-muted text-xs">
      {document.status === "completed" ? <Badge tone="ok">Ready</Badge> : <Badge>Skipped</Badge>}
      <span>{fileSize(document.size_bytes)}</span>
      {document.page_count ? <span>{plural(document.page_count, "page")}</span> : null}
      <span>{plural(document.chunk_count, "passage")}</span>
      {document.error_message && <span className="text-warn">{document.error_message}</span>}
    </div>
  );
}
