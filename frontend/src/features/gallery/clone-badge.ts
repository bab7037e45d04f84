import type { Clone } from "@/lib/api/types";
import { plural } from "@/lib/text";
import type { Tone } from "@/ui/badge";

export interface CloneBadge {
  tone: Tone;
  label: string;
}

type Told = Pick<Clone, "rag_status" | "document_count" | "failed_document_count">;

/** What matters most about a clone's memory; `percent` of the preparation, where it is known. */
export function badgeOf(clone: Told, percent: number | undefined): CloneBadge {
  const { rag_status, document_count, failed_document_count: failed } = clone;
  if (rag_status === "initializing") return { tone: "accent", label: told("Preparing", percent) };
  if (rag_status === "maintenance") return { tone: "warn", label: told("Re-indexing", percent) };
  if (rag_status === "disabled") return { tone: "neutral", label: "Documents off" };
  if (failed > 0) return { tone: "danger", label: `${plural(failed, "document")} failed` };
  if (rag_status === "error") return { tone: "danger", label: "Needs attention" };
  if (document_count === 0) return { tone: "neutral", label: "No documents yet" };
  if (rag_status === "pending") return { tone: "neutral", label: "Not prepared" };
  return { tone: "ok", label: "Ready" };
}

function told(what: string, percent: number | undefined): string {
  return percent === undefined ? what : `${what} ${percent} %`;
}
