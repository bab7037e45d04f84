import { useLayoutEffect, useRef } from "react";

/** Who pressed a button that goes away stands where the reading began. */
export function useFocusBack(replyId: string) {
  const ref = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const element = ref.current;
    return () => {
      if (!element?.contains(document.activeElement)) return;
      const speak = `[data-reply="${CSS.escape(replyId)}"] [data-testid="speak"]`;
      document.querySelector<HTMLElement>(speak)?.focus();
    };
  }, [replyId]);
  return ref;
}
