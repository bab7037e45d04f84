import { create } from "zustand";
import { persist } from "zustand/middleware";

export type FirstRunStep = "name" | "file" | "ask";

interface FirstRun {
  active: boolean;
  done: FirstRunStep[];
}

/** The checklist of a new account, remembered in this browser only. */
export const useFirstRun = create<FirstRun>()(
  persist((): FirstRun => ({ active: false, done: [] }), { name: "clonememoria.first-run" }),
);

export function startFirstRun(): void {
  useFirstRun.setState({ active: true, done: [] });
}

export function dismissFirstRun(): void {
  useFirstRun.setState({ active: false });
}

export function completeStep(step: FirstRunStep): void {
  const { active, done } = useFirstRun.getState();
  if (active && !done.includes(step)) useFirstRun.setState({ done: [...done, step] });
}
