import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { BrainCircuit, MessageCircle } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useDocumentEvents } from "@/lib/document-events";
import { cloneQuery } from "@/lib/queries/clones";
import type { DocumentFilter } from "@/lib/queries/documents";
import { Button } from "@/ui/button";
import { DropZone } from "@/ui/drop-zone";
import { ErrorState } from "@/ui/error-state";
import { Page } from "@/ui/page";
import { AddPanel } from "./add-panel";
import { DocumentList } from "./document-list";
import { Failures } from "./failures";
import { MemoryOff } from "./memory-off";
import { UploadQueue } from "./upload-queue";
import { useAddFiles } from "./use-add-files";

const DocumentInspector = lazy(() => import("./document-inspector"));
const PasteDialog = lazy(() => import("./paste-dialog"));

interface KnowledgeScreenProps {
  cloneId: string;
  filter: DocumentFilter;
  onFilter: (filter: DocumentFilter) => void;
  /** The document shown instead of the list. */
  documentId: string | undefined;
  onOpen: (documentId: string | undefined) => void;
}

export function KnowledgeScreen(props: KnowledgeScreenProps) {
  const { cloneId, filter, onFilter, documentId, onOpen } = props;
  const { data: clone, error, refetch } = useQuery(cloneQuery(cloneId));
  const [pasting, setPasting] = useState(false);
  const { addFiles } = useAddFiles(cloneId);
  useDocumentEvents(cloneId);

  if (error && !clone) {
    return (
      <Page title="Knowledge">
        <ErrorState title="This clone could not be loaded" error={error} onRetry={refetch} />
      </Page>
    );
  }
  if (documentId) {
    return (
      <Suspense>
        <DocumentInspector
          key={documentId}
          cloneId={cloneId}
          documentId={documentId}
          onClose={() => onOpen(undefined)}
        />
      </Suspense>
    );
  }
  return (
    <DropZone onFiles={addFiles}>
      <Page
        title="Knowledge"
        subtitle={clone ? `What ${clone.name} has read, and answers from.` : " "}
        actions={<Ways cloneId={cloneId} />}
      >
        <AddPanel
          cloneId={cloneId}
          onFiles={addFiles}
          onPaste={() => setPasting(true)}
          onOpen={onOpen}
        />
        <UploadQueue cloneId={cloneId} onOpen={onOpen} />
        <MemoryOff cloneId={cloneId} />
        <Failures cloneId={cloneId} onShow={() => onFilter({ standing: "failed", page: 0 })} />
        <DocumentList cloneId={cloneId} filter={filter} onFilter={onFilter} onOpen={onOpen} />
        <Suspense>
          {pasting && <PasteDialog cloneId={cloneId} onClose={() => setPasting(false)} />}
        </Suspense>
      </Page>
    </DropZone>
  );
}

/** Where one goes from here. */
function Ways({ cloneId }: { cloneId: string }) {
  return (
    <>
      <Button asChild variant="ghost">
        <Link to="/clones/$cloneId/memory" params={{ cloneId }}>
          <BrainCircuit aria-hidden />
          Preparation
        </Link>
      </Button>
      <Button asChild variant="ghost">
        <Link to="/chat/$cloneId/{-$conversationId}" params={{ cloneId }}>
          <MessageCircle aria-hidden />
          Chat
        </Link>
      </Button>
    </>
  );
}
