import { ClipboardType, FileText, Globe, Lock, RotateCcw, X } from "lucide-react";
import { lazy, Suspense } from "react";
import type { Document } from "@/lib/api/types";
import { isUnderWay } from "@/lib/document-stages";
import { Badge } from "@/ui/badge";
import { IconButton } from "@/ui/icon-button";
import { DocumentState } from "./document-state";
import { useCancel, useReprocess } from "./use-document-actions";

const DocumentMenu = lazy(() => import("./document-menu"));

const ICONS = { file: FileText, manual: ClipboardType, url: Globe };

export interface DocumentRowProps {
  document: Document;
  onOpen: (documentId: string) => void;
  onRemove: (document: Document) => void;
  onReplace: (document: Document) => void;
}

export function DocumentRow({ document, ...actions }: DocumentRowProps) {
  const { id, title, source_type, status, visibility } = document;
  const Icon = ICONS[source_type];
  return (
    <li
      className="flex items-start gap-3 px-4 py-3 [contain-intrinsic-size:auto_4rem] [content-visibility:auto]"
      data-status={status}
    >
      <Icon aria-hidden className="mt-0.5 size-5 shrink-0 text-muted" />
      <div className="min-w-0 flex-1">
        <div className="flex items-center gap-2">
          <button
            type="button"
            onClick={() => actions.onOpen(id)}
            className="-outline-offset-1 own-direction min-w-0 truncate font-medium text-sm hover:underline"
            title={title}
          >
            {title}
          </button>
          {visibility === "private" && (
            <Badge>
              <Lock aria-hidden />
              Private
            </Badge>
          )}
        </div>
        <DocumentState document={document} />
      </div>
      <div className="flex shrink-0 items-center">
        <QuickAction document={document} />
        <Suspense fallback={<span className="size-8" />}>
          <DocumentMenu document={document} {...actions} />
        </Suspense>
      </div>
    </li>
  );
}

/** What one most likely wants of it, without opening the menu. */
function QuickAction({ document }: { document: Document }) {
  const reprocess = useReprocess();
  const cancel = useCancel();
  if (isUnderWay(document)) {
    return (
      <IconButton
        label={`Cancel ${document.title}`}
        disabled={cancel.isPending}
        onClick={() => cancel.mutate(document)}
      >
        <X aria-hidden />
      </IconButton>
    );
  }
  if (document.status !== "failed") return null;
  return (
    <IconButton
      label={`Try ${document.title} again`}
      disabled={reprocess.isPending}
      onClick={() => reprocess.mutate(document)}
    >
      <RotateCcw aria-hidden />
    </IconButton>
  );
}
