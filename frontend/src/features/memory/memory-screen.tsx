import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { BookOpen, MessageCircle } from "lucide-react";
import type { ReactNode } from "react";
import { useDocumentEvents } from "@/lib/document-events";
import { cloneQuery } from "@/lib/queries/clones";
import { memoryQuery } from "@/lib/queries/memory";
import { Button } from "@/ui/button";
import { ErrorState } from "@/ui/error-state";
import { Page } from "@/ui/page";
import { SkeletonList } from "@/ui/skeleton";
import { EmptyMemory } from "./empty-memory";
import { FailedDocuments } from "./failed-documents";
import { MemoryState } from "./memory-state";
import { StageSteps } from "./stage-steps";
import { WorkInProgress } from "./work-in-progress";

/** Of a preparation that nobody tells about, as when a proxy cuts the stream of events off. */
const POLL_MS = 2_000;
/** Of one at rest: that another tab began something, no event says. */
const REST_POLL_MS = 15_000;

interface MemoryScreenProps {
  cloneId: string;
  /** What is on its way to the server, before it is prepared there. */
  uploads: ReactNode;
  /** How far a change of the embedding is, if one is under way. */
  reembedding: ReactNode;
  onOpen: (documentId: string) => void;
}

/** How a clone's memory comes about, as it happens. */
export function MemoryScreen({ cloneId, uploads, reembedding, onOpen }: MemoryScreenProps) {
  useDocumentEvents(cloneId);
  const { data: clone } = useQuery(cloneQuery(cloneId));
  const { data, error, refetch, isPending } = useQuery({
    ...memoryQuery(cloneId),
    refetchInterval: ({ state }) =>
      state.data && isMoving(state.data.rag_status) ? POLL_MS : REST_POLL_MS,
  });
  return (
    <Page
      title="Preparation"
      subtitle={clone ? `How the documents of ${clone.name} become a memory.` : " "}
      actions={<Ways cloneId={cloneId} />}
    >
      {isPending && <SkeletonList label="Loading the state of the memory" rows={3} />}
      {error && (
        <ErrorState
          title="The state of the memory could not be loaded"
          error={error}
          onRetry={refetch}
        />
      )}
      {data && <MemoryState cloneId={cloneId} status={data} />}
      {reembedding}
      {uploads}
      {data && (
        <>
          <StageSteps cloneId={cloneId} ready={data.documents.completed} />
          <WorkInProgress cloneId={cloneId} onOpen={onOpen} />
          {data.rag_status !== "disabled" && data.documents.total > 0 && (
            <>
              <FailedDocuments
                cloneId={cloneId}
                isRetriedAbove={data.rag_status === "error"}
                onOpen={onOpen}
              />
              <EmptyMemory cloneId={cloneId} />
            </>
          )}
        </>
      )}
    </Page>
  );
}

function isMoving(status: string): boolean {
  return status === "initializing" || status === "maintenance";
}

function Ways({ cloneId }: { cloneId: string }) {
  return (
    <>
      <Button asChild variant="ghost">
        <Link to="/clones/$cloneId/knowledge" params={{ cloneId }}>
          <BookOpen aria-hidden />
          All documents
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
