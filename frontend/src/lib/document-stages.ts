import type { Document } from "@/lib/api/types";

export type Stage = Document["stage"];

/** What is done with a document at each stage, as its owner is told. */
export const STAGE_NAMES: Record<Stage, string> = {
  queued: "Waiting its turn",
  parsing: "Reading the text",
  chunking: "Splitting into passages",
  embedding: "Learning the meaning",
  indexing: "Making it searchable",
  done: "Finishing",
};

export function isUnderWay({ status }: Pick<Document, "status">): boolean {
  return status === "pending" || status === "processing";
}

export type StageCounts = Record<Stage, number>;

/** How many documents are at which stage now. */
export function countByStage(documents: Iterable<Pick<Document, "stage">>): StageCounts {
  const counts = { queued: 0, parsing: 0, chunking: 0, embedding: 0, indexing: 0, done: 0 };
  for (const { stage } of documents) counts[stage] += 1;
  return counts;
}

/** Seconds until the last of them is done, as far as it is known of every one of them. */
export function longestLeft(documents: Pick<Document, "seconds_left">[]): number | null {
  const known = documents.map(({ seconds_left }) => seconds_left ?? Number.NaN);
  const longest = Math.max(0, ...known);
  return known.length === 0 || Number.isNaN(longest) ? null : longest;
}
