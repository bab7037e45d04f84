import { useSyncExternalStore } from "react";

export type Theme = "light" | "dark";
const KEY = "clonememoria.theme";
const PAINT: Record<Theme, string> = { light: "#f8fafb", dark: "#11181c" };

const system = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

function current(): Theme {
  return document.documentElement.classList.contains("dark") ? "dark" : "light";
}

function show(theme: Theme): void {
  document.documentElement.classList.toggle("dark", theme === "dark");
  document.querySelector('meta[name="theme-color"]')?.setAttribute("content", PAINT[theme]);
  for (const notify of listeners) notify();
}

system.addEventListener("change", () => {
  if (!localStorage.getItem(KEY)) show(system.matches ? "dark" : "light");
});

/** Choosing what the system says anyway goes back to following it. */
export function chooseTheme(theme: Theme): void {
  const followsSystem = (theme === "dark") === system.matches;
  if (followsSystem) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, theme);
  show(theme);
}

export function useTheme(): Theme {
  return useSyncExternalStore((notify) => {
    listeners.add(notify);
    return () => listeners.delete(notify);
  }, current);
}
