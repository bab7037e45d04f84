import { useEffect, useState } from "react";
import { createPortal } from "react-dom";
import { watchAnchors } from "./tooltip-anchor";

const OFFSET_PX = 6;
const MARGIN_PX = 8;

/**
 * Shows the label of an icon under the pointer or the keyboard's focus; one for the whole page.
 * Elements ask for it by `data-tooltip`. It takes no key press: Esc is left to what it names.
 */
export function Tooltips() {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  useEffect(() => watchAnchors(setAnchor), []);
  if (!anchor) return null;
  return createPortal(
    <span
      ref={(tip) => {
        if (tip) placeBeside(anchor, tip);
      }}
      // A screen reader has the label of the element itself.
      aria-hidden
      data-tip
      className="fixed z-50 w-max max-w-64 animate-fade rounded-sm bg-ink px-2 py-1 text-canvas text-xs shadow-float"
    >
      {anchor.dataset.tooltip}
    </span>,
    document.body,
  );
}

/** Above it, or below where there is no room, and never out of the window. */
function placeBeside(anchor: HTMLElement, tip: HTMLElement) {
  const box = anchor.getBoundingClientRect();
  const centred = box.left + (box.width - tip.offsetWidth) / 2;
  const rightmost = document.documentElement.clientWidth - tip.offsetWidth - MARGIN_PX;
  const above = box.top - tip.offsetHeight - OFFSET_PX;
  tip.style.left = `${Math.max(MARGIN_PX, Math.min(centred, rightmost))}px`;
  tip.style.top = `${above < MARGIN_PX ? box.bottom + OFFSET_PX : above}px`;
}
