import { QueryClient } from "@tanstack/react-query";
import { Problem } from "@/lib/api/problem";

const FRESH_MS = 15_000;
const RETRIES = 2;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      // Asking again does not change a refusal.
      retry: (failures, error) =>
        failures < RETRIES && !(error instanceof Problem && error.isRefusal),
    },
  },
});
