import type { Source } from "@/lib/api/types";

/** The sources of a reply in the panel, and which of them is shown. */
export interface OpenSources {
  sources: Source[];
  index: number;
}

export type OpenSource = (open: OpenSources) => void;
