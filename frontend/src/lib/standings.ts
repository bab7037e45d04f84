import type { Document } from "@/lib/api/types";

/** What one asks of a document, in the statuses that the server knows. */
export const STANDINGS = {
  working: ["pending", "processing"],
  ready: ["completed"],
  failed: ["failed"],
} satisfies Record<string, Document["status"][]>;

export type Standing = keyof typeof STANDINGS;
