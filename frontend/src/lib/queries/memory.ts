import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api/client";
import type { MemoryStatus } from "@/lib/api/types";

export const memoryKeys = {
  status: (cloneId: string) => ["memory", cloneId, "status"] as const,
};

/** How many documents stand where, of all of them. */
export type Counts = MemoryStatus["documents"];

export const memoryQuery = (cloneId: string) =>
  queryOptions({
    queryKey: memoryKeys.status(cloneId),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/rag/status/{clone_id}", { params: { path: { clone_id: cloneId } }, signal }),
      ),
  });
