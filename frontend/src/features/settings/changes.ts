import type { Clone, ClonePatch, CloneSettings, SettingsPatch } from "@/lib/api/types";
import { withoutBlanks } from "@/lib/persona";

type PersonaField =
  | "name"
  | "category"
  | "professional_title"
  | "bio"
  | "credentials_qualifications"
  | "communication_style"
  | "greeting"
  | "system_prompt";

export type CloneForm = Pick<Clone, PersonaField | "rag_enabled">;

/** Empty text stands for null: as the installation has it. */
type ModelForm = Omit<CloneSettings, "inherited" | "reembedding" | "llm_model" | "tts_voice_id"> & {
  llm_model: string;
  tts_voice_id: string;
};

export interface SettingsForm {
  clone: CloneForm;
  settings: ModelForm;
}

export function toForm(clone: Clone, stored: CloneSettings): SettingsForm {
  const { inherited: _, reembedding: __, ...settings } = stored;
  return {
    clone: {
      name: clone.name,
      category: clone.category,
      professional_title: clone.professional_title,
      bio: clone.bio,
      credentials_qualifications: clone.credentials_qualifications,
      communication_style: clone.communication_style,
      greeting: clone.greeting,
      system_prompt: clone.system_prompt ?? "",
      rag_enabled: clone.rag_enabled,
    },
    settings: {
      ...settings,
      llm_model: settings.llm_model ?? "",
      tts_voice_id: settings.tts_voice_id ?? "",
    },
  };
}

type Tree = { [key: string]: unknown };

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The leaves of `after` that differ from `before`, in the same nesting. */
export function changed(before: Tree, after: Tree): Tree {
  const result: Tree = {};
  for (const [key, value] of Object.entries(after)) {
    const old = before[key];
    if (isTree(value) && isTree(old)) {
      const inner = changed(old, value);
      if (Object.keys(inner).length) result[key] = inner;
    } else if (value !== old) {
      result[key] = value;
    }
  }
  return result;
}

/** The bodies of the two PATCH calls; empty ones need not be sent. */
export function toPatches(before: SettingsForm, after: SettingsForm) {
  const clone = changed({ ...before.clone }, { ...after.clone }) as ClonePatch;
  // A style is one value to the API: a part of it would drop the rest.
  if (clone.communication_style) {
    clone.communication_style = withoutBlanks(after.clone.communication_style);
  }
  const settings = changed({ ...before.settings }, { ...after.settings }) as SettingsPatch;
  if (settings.llm_model === "") settings.llm_model = null;
  if (settings.embedding_model === "") settings.embedding_model = null;
  if (settings.tts_voice_id === "") settings.tts_voice_id = null;
  return { clone, settings };
}
