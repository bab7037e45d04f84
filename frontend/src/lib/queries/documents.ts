import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api/client";

export const documentKeys = {
  list: (cloneId: string) => ["documents", cloneId, "list"] as const,
  one: (cloneId: string, id: string) => ["documents", cloneId, "one", id] as const,
  chunks: (cloneId: string, id: string) => ["documents", cloneId, "chunks", id] as const,
};

const LIST_LIMIT = 200;

export const documentsQuery = (cloneId: string) =>
  queryOptions({
    queryKey: documentKeys.list(cloneId),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/clones/{clone_id}/documents", {
          params: { path: { clone_id: cloneId }, query: { limit: LIST_LIMIT } },
          signal,
        }),
      ),
  });

export const documentQuery = (cloneId: string, id: string) =>
  queryOptions({
    queryKey: documentKeys.one(cloneId, id),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/clones/{clone_id}/documents/{doc_id}", {
          params: { path: { clone_id: cloneId, doc_id: id } },
          signal,
        }),
      ),
  });

export const chunksQuery = (cloneId: string, id: string) =>
  queryOptions({
    queryKey: documentKeys.chunks(cloneId, id),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/clones/{clone_id}/documents/{doc_id}/chunks", {
          params: { path: { clone_id: cloneId, doc_id: id } },
          signal,
        }),
      ),
  });
