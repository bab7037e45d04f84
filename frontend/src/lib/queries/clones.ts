import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api/client";
import type { Clone } from "@/lib/api/types";

export interface CloneFilter {
  scope: "mine" | "published";
  search?: string;
  category?: Clone["category"];
}

export const cloneKeys = {
  all: ["clones"] as const,
  lists: ["clones", "list"] as const,
  one: (id: string) => ["clones", "one", id] as const,
  settings: (id: string) => ["clones", "settings", id] as const,
};

/** Whether its documents are being worked on, so that it will be another clone soon. */
export function isBusy({ rag_status }: Clone): boolean {
  return rag_status === "initializing" || rag_status === "maintenance";
}

const LIST_LIMIT = 200;

export const clonesQuery = ({ scope, search, category }: CloneFilter) =>
  queryOptions({
    queryKey: [...cloneKeys.lists, scope, search ?? "", category ?? ""],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/clones", {
          params: { query: { scope, search, category, limit: LIST_LIMIT } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });

export const cloneQuery = (id: string) =>
  queryOptions({
    queryKey: cloneKeys.one(id),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/clones/{clone_id}", { params: { path: { clone_id: id } }, signal })),
  });

export const settingsQuery = (id: string) =>
  queryOptions({
    queryKey: cloneKeys.settings(id),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/clones/{clone_id}/settings", { params: { path: { clone_id: id } }, signal }),
      ),
  });

/** Asked for again when the clone becomes ready: there are none before. */
export const suggestionsQuery = ({ id, rag_status }: Clone) =>
  queryOptions({
    queryKey: ["clones", "suggestions", id, rag_status],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/clones/{clone_id}/suggestions", {
          params: { path: { clone_id: id } },
          signal,
        }),
      ),
  });
