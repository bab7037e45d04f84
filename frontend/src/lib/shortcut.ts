import { useEffect, useEffectEvent } from "react";

export interface Shortcut {
  key: string;
  mod?: boolean;
  shift?: boolean;
  enabled?: boolean;
}

/** Runs the action on a key press anywhere on the page, unless something handled it before. */
export function useShortcut(shortcut: Shortcut, action: () => void) {
  const { key, mod = false, shift = false, enabled = true } = shortcut;
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const modHeld = event.ctrlKey || event.metaKey;
    const pressed = event.key.toLowerCase() === key.toLowerCase();
    if (!pressed || modHeld !== mod || event.shiftKey !== shift) return;
    if (!enabled || event.defaultPrevented) return;
    event.preventDefault();
    action();
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => onKey(event);
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
}
