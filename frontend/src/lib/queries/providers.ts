import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api/client";
import { Problem } from "@/lib/api/problem";
import type { ProblemBody, ProviderKind, ProviderTrial } from "@/lib/api/types";

const providerKeys = {
  list: ["providers"] as const,
  health: ["health"] as const,
};

export const providersQuery = queryOptions({
  queryKey: providerKeys.list,
  queryFn: ({ signal }) => unwrap(api.GET("/api/providers", { signal })),
  staleTime: 60_000,
});

/** The database, and the worker that reads documents. */
export const readinessQuery = queryOptions({
  queryKey: [...providerKeys.health, "ready"],
  queryFn: ({ signal }) => report(api.GET("/health/ready", { signal })),
});

/** How questions are searched for. */
export const ragHealthQuery = queryOptions({
  queryKey: [...providerKeys.health, "rag"],
  queryFn: ({ signal }) => report(api.GET("/health/rag", { signal })),
});

/** A report of what is broken comes with the status 503: it is an answer all the same. */
async function report<T extends object>(
  call: Promise<{ data?: T; error?: T; response: Response }>,
): Promise<T> {
  const { data, error, response } = await call;
  const body = data ?? error;
  if (body && "status" in body && typeof body.status === "string") return body;
  throw new Problem(response.status, (body ?? {}) as Partial<ProblemBody>);
}

/** One tiny real call; what it finds changes what the lists say of the provider. */
export function useProviderTest(kind: ProviderKind, name: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (trial: ProviderTrial) => {
      const params = { path: { kind, name } };
      return unwrap(api.POST("/api/providers/{kind}/{name}/test", { params, body: trial }));
    },
    onSettled: () => {
      queries.invalidateQueries({ queryKey: providerKeys.list });
      queries.invalidateQueries({ queryKey: providerKeys.health });
    },
  });
}
