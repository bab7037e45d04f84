import { useEffect, useEffectEvent, useRef } from "react";
import {
  highlight,
  isInSight,
  proseOf,
  scrollTo,
  sentenceAt,
  sentenceRanges,
} from "./speech-highlight";
import type { SpeechPlayer } from "./speech-player";

/** Presses on these mean something else. */
const ACTIVE = "a, button, pre";

/** Marks what is heard in the reply's text, keeps it in sight, and hears what is pressed there. */
export function useSpokenHighlight(replyId: string, player: SpeechPlayer, current: number) {
  const last = useRef<Range | null>(null);

  useEffect(() => {
    const range = sentenceRanges(replyId, player.texts())[current];
    highlight(range);
    if (!range) return;
    // Who has scrolled away from what was read does not want to be taken back.
    const follows = !last.current?.startContainer.isConnected || isInSight(last.current);
    if (follows && !isInSight(range)) scrollTo(range);
    last.current = range;
  }, [replyId, player, current]);

  useEffect(() => () => highlight(null), []);

  const seekTo = useEffectEvent((event: MouseEvent) => {
    const pressed = event.target as Element;
    const isSelecting = getSelection()?.isCollapsed === false;
    if (isSelecting || pressed.closest(ACTIVE) || !proseOf(replyId)?.contains(pressed)) return;
    player.seek(sentenceAt(sentenceRanges(replyId, player.texts()), event));
  });
  useEffect(() => {
    const listen = (event: MouseEvent) => seekTo(event);
    document.addEventListener("click", listen);
    return () => document.removeEventListener("click", listen);
  }, []);
}
