import { useState } from "react";

/** What gives the focus back to where it was before a dialog; Radix asks its own triggers only. */
export function useFocusReturn(open: boolean) {
  const [before, setBefore] = useState<Element | null>(null);
  const [wasOpen, setWasOpen] = useState(false);
  if (open !== wasOpen) {
    setWasOpen(open);
    // Read before a field of the dialog takes the focus by itself.
    if (open) setBefore(document.activeElement);
  }
  return (event: Event) => {
    event.preventDefault();
    if (before instanceof HTMLElement) before.focus();
  };
}
