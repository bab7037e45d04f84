import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api/client";

export const conversationKeys = {
  list: ["conversations", "list"] as const,
  one: (id: string) => ["conversations", "one", id] as const,
};

const LIST_LIMIT = 100;

export const conversationsQuery = queryOptions({
  queryKey: conversationKeys.list,
  queryFn: ({ signal }) =>
    unwrap(api.GET("/api/conversations", { params: { query: { limit: LIST_LIMIT } }, signal })),
});

export const conversationQuery = (id: string) =>
  queryOptions({
    queryKey: conversationKeys.one(id),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/conversations/{conversation_id}", {
          params: { path: { conversation_id: id } },
          signal,
        }),
      ),
  });
