import type { Clone } from "@/lib/api/types";
import { Badge, type Tone } from "@/ui/badge";

const UNKNOWN = { tone: "neutral", label: "Not prepared" } as const;

const STATUS: Record<string, { tone: Tone; label: string }> = {
  initializing: { tone: "accent", label: "Preparing" },
  ready: { tone: "ok", label: "Ready" },
  error: { tone: "danger", label: "Needs attention" },
  disabled: { tone: "neutral", label: "Documents off" },
  maintenance: { tone: "warn", label: "Re-indexing" },
};

export function CloneStatus({ clone }: { clone: Clone }) {
  const { tone, label } = STATUS[clone.rag_status] ?? UNKNOWN;
  return <Badge tone={tone}>{label}</Badge>;
}
