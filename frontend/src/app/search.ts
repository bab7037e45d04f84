import { CATEGORIES, type Category } from "@/lib/categories";
import { STANDINGS, type Standing } from "@/lib/standings";

/** Readers of the query string: anything unknown falls back, nothing throws. */
type Search = Record<string, unknown>;

export const CLONE_TABS = ["mine", "published"] as const;
export type CloneTab = (typeof CLONE_TABS)[number];

export const SETTINGS_TABS = ["persona", "model", "voice", "retrieval", "publish"] as const;
export type SettingsTab = (typeof SETTINGS_TABS)[number];

export const WIZARD_STEPS = ["identity", "style", "knowledge", "review"] as const;
export type WizardStep = (typeof WIZARD_STEPS)[number];

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function id(value: unknown): string | undefined {
  return typeof value === "string" && UUID.test(value) ? value : undefined;
}

function oneOf<T extends string>(options: readonly T[], value: unknown): T | undefined {
  return options.find((option) => option === value);
}

interface GallerySearch {
  tab?: CloneTab;
  q?: string;
  category?: Category;
}

export function gallerySearch(search: Search): GallerySearch {
  return {
    tab: oneOf(CLONE_TABS, search.tab),
    q: text(search.q),
    category: CATEGORIES.find(({ value }) => value === search.category)?.value,
  };
}

export function settingsSearch(search: Search): { tab?: SettingsTab } {
  return { tab: oneOf(SETTINGS_TABS, search.tab) };
}

interface KnowledgeSearch {
  document?: string;
  show?: Standing;
  q?: string;
  /** From 1. */
  page?: number;
}

export function knowledgeSearch(search: Search): KnowledgeSearch {
  const page = Number(search.page);
  return {
    document: id(search.document),
    show: oneOf(Object.keys(STANDINGS) as Standing[], search.show),
    q: text(search.q),
    page: Number.isInteger(page) && page > 1 ? page : undefined,
  };
}

export function wizardSearch(search: Search): { step?: WizardStep; template?: string } {
  return { step: oneOf(WIZARD_STEPS, search.step), template: text(search.template) };
}

/** Only a path of this site, so that a crafted link cannot lead elsewhere after log-in. */
export function authSearch(search: Search): { from?: string } {
  const from = text(search.from);
  return { from: from && /^\/(?![/\\])/.test(from) ? from : undefined };
}
