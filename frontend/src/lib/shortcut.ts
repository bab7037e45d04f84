import { useEffect, useRef } from "react";

export interface Shortcut {
  key: string;
  mod?: boolean;
  shift?: boolean;
}

/** Runs the action on a key press anywhere on the page, unless something handled it before. */
export function useShortcut({ key, mod = false, shift = false }: Shortcut, action: () => void) {
  const latest = useRef(action);
  useEffect(() => {
    latest.current = action;
  });
  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      const modHeld = event.ctrlKey || event.metaKey;
      if (event.defaultPrevented || event.key.toLowerCase() !== key.toLowerCase()) return;
      if (modHeld !== mod || event.shiftKey !== shift) return;
      event.preventDefault();
      latest.current();
    }
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [key, mod, shift]);
}
