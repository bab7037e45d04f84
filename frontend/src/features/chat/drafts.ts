import { create } from "zustand";

/** What stands in the composer of each thread, kept while one looks at another. */
const useDrafts = create<Record<string, string>>(() => ({}));

export function useDraft(thread: string): [draft: string, setDraft: (text: string) => void] {
  const draft = useDrafts((drafts) => drafts[thread] ?? "");
  return [draft, (text) => useDrafts.setState({ [thread]: text })];
}

/** The thread of a clone's chat that is not a conversation yet. */
export function newThread(cloneId: string): string {
  return `new:${cloneId}`;
}

export function moveDraft(from: string, to: string): void {
  useDrafts.setState((drafts) => ({ [from]: "", [to]: drafts[from] ?? "" }));
}
