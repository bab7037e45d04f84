import { keepPreviousData, queryOptions, type SkipToken, skipToken } from "@tanstack/react-query";
import { api, unwrap, unwrapPage } from "@/lib/api/client";
import type { Document } from "@/lib/api/types";
import { STANDINGS, type Standing } from "@/lib/standings";

export const documentKeys = {
  list: (cloneId: string) => ["documents", cloneId, "list"] as const,
  /** The list as one comes to it: all of them, the newest first. */
  newest: (cloneId: string) => pageKey(cloneId, { page: 0 }),
  underWay: (cloneId: string) => ["documents", cloneId, "under-way"] as const,
  one: (cloneId: string, id: string) => ["documents", cloneId, "one", id] as const,
  chunks: (cloneId: string, id: string) => ["documents", cloneId, "chunks", id] as const,
};

const pageKey = (cloneId: string, { standing, search, page }: DocumentFilter) =>
  ["documents", cloneId, "list", { standing, search, page }] as const;

export const DOCUMENTS_PER_PAGE = 50;
export const CHUNKS_PER_PAGE = 100;

export interface DocumentFilter {
  standing?: Standing;
  search?: string;
  /** From 0. */
  page: number;
}

export const documentsQuery = (cloneId: string, filter: DocumentFilter) =>
  queryOptions({
    queryKey: pageKey(cloneId, filter),
    queryFn: ({ signal }) =>
      unwrapPage(
        api.GET("/api/clones/{clone_id}/documents", {
          params: {
            path: { clone_id: cloneId },
            query: {
              limit: DOCUMENTS_PER_PAGE,
              offset: filter.page * DOCUMENTS_PER_PAGE,
              status: filter.standing && STANDINGS[filter.standing],
              search: filter.search,
            },
          },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });

/** What is being prepared now, by id, as the stream of events tells; nobody asks for it. */
export const underWayQuery = (cloneId: string) =>
  queryOptions({
    queryKey: documentKeys.underWay(cloneId),
    queryFn: skipToken as SkipToken | (() => Record<string, Document>),
    staleTime: Number.POSITIVE_INFINITY,
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

export const chunksQuery = (cloneId: string, id: string, page: number) =>
  queryOptions({
    queryKey: [...documentKeys.chunks(cloneId, id), page],
    queryFn: ({ signal }) =>
      unwrapPage(
        api.GET("/api/clones/{clone_id}/documents/{doc_id}/chunks", {
          params: {
            path: { clone_id: cloneId, doc_id: id },
            query: { limit: CHUNKS_PER_PAGE, offset: page * CHUNKS_PER_PAGE },
          },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
