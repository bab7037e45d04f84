import { useCallback, useEffect, useRef, useState } from "react";

/** Nearer than this to the end counts as reading along. */
const NEAR_PX = 48;

/** Follows a growing text while one reads its end; scrolling up stops it. */
export function useStickToBottom(thread: string, { isEmpty }: { isEmpty: boolean }) {
  const ref = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const lastTop = useRef(0);
  const [away, setAway] = useState(false);

  const toBottom = useCallback(() => {
    following.current = true;
    ref.current?.scrollTo({ top: ref.current.scrollHeight });
  }, []);

  const onScroll = useCallback(() => {
    const box = ref.current;
    if (!box) return;
    const near = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX;
    // Growing content moves the end away too; only a move upwards is the reader's.
    if (near) following.current = true;
    else if (box.scrollTop < lastTop.current) following.current = false;
    lastTop.current = box.scrollTop;
    setAway(!near && !following.current);
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another thread starts at its end again
  useEffect(() => {
    const box = ref.current;
    // A greeting is read from its beginning.
    if (!box?.firstElementChild || isEmpty) return;
    toBottom();
    const grown = new ResizeObserver(() => following.current && toBottom());
    grown.observe(box.firstElementChild);
    // It shrinks where a bar comes under it.
    grown.observe(box);
    return () => grown.disconnect();
  }, [thread, isEmpty, toBottom]);

  return { ref, onScroll, away: away && !isEmpty, toBottom };
}
