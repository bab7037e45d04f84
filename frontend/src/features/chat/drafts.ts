import { create } from "zustand";

/** What stands in the composer of each thread, kept while one looks at another. */
const useDrafts = create<Record<string, string>>(() => ({}));

export function useDraft(thread: string): [draft: string, setDraft: (text: string) => void] {
  const draft = useDrafts((drafts) => drafts[thread] ?? "");
  return [draft, (text) => useDrafts.setState({ [thread]: text })];
}
