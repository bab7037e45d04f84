import type { FoundFile } from "@/lib/dropped-files";

export const STEPS = [
  { id: "identity", label: "Identity" },
  { id: "style", label: "Voice and style" },
  { id: "knowledge", label: "Knowledge" },
  { id: "review", label: "Review" },
] as const;

export type Step = (typeof STEPS)[number]["id"];

export interface StepProps {
  /** Read in once the clone exists. */
  files: FoundFile[];
  onFiles: (files: FoundFile[]) => void;
}
