import type { Clone, CloneCreate } from "@/lib/api/types";
import { TEMPLATES } from "@/lib/clone-templates";
import { withoutBlanks } from "@/lib/persona";

export interface Draft {
  name: string;
  category: Clone["category"];
  professional_title: string;
  bio: string;
  credentials_qualifications: string;
  communication_style: { tone: string; formality: string; length: string };
  greeting: string;
  /** Empty: the server writes them from the other fields. */
  system_prompt: string;
  llm_provider: string;
  embedding_provider: string;
  tts_provider: string;
}

const KEY = "clonememoria.new-clone";

const EMPTY: Draft = {
  name: "",
  category: "other",
  professional_title: "",
  bio: "",
  credentials_qualifications: "",
  communication_style: { tone: "", formality: "", length: "" },
  greeting: "",
  system_prompt: "",
  llm_provider: "",
  embedding_provider: "",
  tts_provider: "",
};

export function loadDraft(templateId: string | undefined): Draft {
  const template = TEMPLATES.find(({ id }) => id === templateId);
  if (template) {
    const { id: _, ...fields } = template;
    return { ...EMPTY, ...fields, communication_style: styleOf(fields.communication_style) };
  }
  const kept = readKept();
  return { ...EMPTY, ...kept, communication_style: styleOf(kept.communication_style) };
}

function styleOf(style: Partial<Draft["communication_style"]> = {}): Draft["communication_style"] {
  return { ...EMPTY.communication_style, ...style };
}

function readKept(): Partial<Draft> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}");
  } catch {
    return {};
  }
}

export function keepDraft(draft: unknown): void {
  localStorage.setItem(KEY, JSON.stringify(draft));
}

export function dropDraft(): void {
  localStorage.removeItem(KEY);
}

export function toRequest(draft: Draft): CloneCreate {
  const { llm_provider, embedding_provider, tts_provider, ...persona } = draft;
  return {
    ...persona,
    communication_style: withoutBlanks(draft.communication_style),
    llm_provider: llm_provider || undefined,
    embedding_provider: embedding_provider || undefined,
    tts_provider: tts_provider || undefined,
  };
}
