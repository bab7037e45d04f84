import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ClipboardPaste, MessageCircle, Upload } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { READABLE_FILES } from "@/lib/file-types";
import { cloneQuery } from "@/lib/queries/clones";
import { Button } from "@/ui/button";
import { ErrorState } from "@/ui/error-state";
import { FilePicker } from "@/ui/file-picker";
import { Page } from "@/ui/page";
import { DocumentList } from "./document-list";
import { DropZone } from "./drop-zone";
import { useAddFiles } from "./use-add-files";
import { useDocumentEvents } from "./use-document-events";

const DocumentInspector = lazy(() => import("./document-inspector"));
const PasteDialog = lazy(() => import("./paste-dialog"));

interface KnowledgeScreenProps {
  cloneId: string;
  /** The document shown instead of the list. */
  documentId: string | undefined;
  onOpen: (documentId: string | undefined) => void;
}

export function KnowledgeScreen({ cloneId, documentId, onOpen }: KnowledgeScreenProps) {
  const { data: clone, error, refetch } = useQuery(cloneQuery(cloneId));
  const [pasting, setPasting] = useState(false);
  const { addFiles } = useAddFiles(cloneId);
  useDocumentEvents(cloneId);

  if (error) {
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
          cloneId={cloneId}
          documentId={documentId}
          onClose={() => onOpen(undefined)}
        />
      </Suspense>
    );
  }
  return (
    <DropZone onFiles={addFiles}>
      <FilePicker accept={READABLE_FILES} onFiles={addFiles}>
        {(pickFiles) => (
          <Page
            title="Knowledge"
            subtitle={clone ? `What ${clone.name} has read, and answers from.` : " "}
            actions={
              <>
                <Button asChild variant="ghost">
                  <Link to="/chat/$cloneId/{-$conversationId}" params={{ cloneId }}>
                    <MessageCircle aria-hidden />
                    Chat
                  </Link>
                </Button>
                <Button onClick={() => setPasting(true)}>
                  <ClipboardPaste aria-hidden />
                  Paste text
                </Button>
                <Button variant="primary" onClick={pickFiles}>
                  <Upload aria-hidden />
                  Add files
                </Button>
              </>
            }
          >
            <DocumentList cloneId={cloneId} onOpen={onOpen} onPick={pickFiles} />
            <Suspense>
              {pasting && <PasteDialog cloneId={cloneId} onClose={() => setPasting(false)} />}
            </Suspense>
          </Page>
        )}
      </FilePicker>
    </DropZone>
  );
}
