const REST_MS = 400;
/** Enough to move the pointer on to the tooltip itself. */
const GRACE_MS = 120;

type Tell = (anchor: HTMLElement | null) => void;

/** Tells which element's tooltip is to be shown; returns how to end it. */
export function watchAnchors(tell: Tell): () => void {
  let timer = 0;
  let over: Element | null = null;

  function later(anchor: HTMLElement | null, ms: number) {
    stay(anchor);
    timer = window.setTimeout(() => tell(anchor), ms);
  }
  function stay(where: Element | null) {
    clearTimeout(timer);
    over = where;
  }
  function onPointer({ target, pointerType }: PointerEvent) {
    // A finger would leave it behind.
    if (pointerType !== "mouse" || !(target instanceof Element)) return;
    if (target.closest("[data-tip]")) return stay(target);
    const anchor = anchorOf(target);
    if (anchor !== over) later(anchor, anchor ? REST_MS : GRACE_MS);
  }
  function onFocus({ target }: FocusEvent) {
    if (target instanceof Element && target.matches(":focus-visible")) later(anchorOf(target), 0);
  }
  const hide = () => later(null, 0);

  const ended = new AbortController();
  const listen = { capture: true, passive: true, signal: ended.signal };
  document.addEventListener("pointerover", onPointer, listen);
  document.addEventListener("focusin", onFocus, listen);
  for (const what of ["focusout", "pointerdown", "keydown", "scroll"]) {
    document.addEventListener(what, hide, listen);
  }
  return () => {
    clearTimeout(timer);
    ended.abort();
  };
}

function anchorOf(element: Element): HTMLElement | null {
  return element.closest<HTMLElement>("[data-tooltip]");
}
