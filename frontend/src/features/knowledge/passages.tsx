import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Chunk } from "@/lib/api/types";
import { CHUNKS_PER_PAGE, chunksQuery } from "@/lib/queries/documents";
import { ErrorState } from "@/ui/error-state";
import { Pager } from "@/ui/pager";
import { SkeletonList } from "@/ui/skeleton";
import { ChunkList } from "./chunk-list";

interface PassagesProps {
  cloneId: string;
  documentId: string;
  isMarkdown: boolean;
  selected: Chunk | null;
  onSelect: (chunk: Chunk) => void;
}

/** What a document was split into, page by page. */
export function Passages({ cloneId, documentId, ...list }: PassagesProps) {
  const [page, setPage] = useState(0);
  const { data, error, refetch, isPending } = useQuery(chunksQuery(cloneId, documentId, page));
  if (isPending) return <SkeletonList label="Loading passages" className="h-24" />;
  if (!data) {
    return <ErrorState title="The passages could not be loaded" error={error} onRetry={refetch} />;
  }
  if (data.total === 0) {
    return <p className="text-muted text-sm">There are passages once the document is ready.</p>;
  }
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <ChunkList key={page} chunks={data.rows} {...list} />
      <Pager
        label="passages"
        page={page}
        perPage={CHUNKS_PER_PAGE}
        total={data.total}
        onPage={setPage}
      />
    </div>
  );
}
