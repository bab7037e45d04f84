import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { api, unwrap } from "@/lib/api/client";
import { notifyError } from "@/ui/toast";
import { speechParts } from "./speech-parts";

type State = "silent" | "loading" | "playing";

export interface Speech {
  /** The reply being read, if any. */
  id: string | null;
  state: State;
  /** Reads a reply aloud; the same one again stops it. */
  toggle: (id: string, markdown: string) => void;
  /** The player, to be rendered once. */
  element: ReactNode;
}

const SILENT = { id: null, state: "silent" as State };

export function useSpeech(cloneId: string, conversationId: string | undefined): Speech {
  const player = useRef<HTMLAudioElement>(null);
  const reading = useRef<AbortController | null>(null);
  const [now, setNow] = useState<{ id: string | null; state: State }>(SILENT);

  const stop = useCallback(() => {
    reading.current?.abort();
    reading.current = null;
    player.current?.pause();
    setNow(SILENT);
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the voice ends where its text is left
  useEffect(() => stop, [conversationId, stop]);

  const start = useCallback(
    async (id: string, markdown: string) => {
      stop();
      reading.current = new AbortController();
      const { signal } = reading.current;
      setNow({ id, state: "loading" });
      const heard = readAloud(cloneId, markdown, {
        signal,
        player: player.current,
        onSound: () => setNow({ id, state: "playing" }),
      });
      await heard.catch((error: unknown) => {
        if (!signal.aborted) notifyError("It could not be read aloud", error);
      });
      if (!signal.aborted) stop();
    },
    [cloneId, stop],
  );

  const toggle = useCallback(
    (id: string, markdown: string) => {
      if (now.id === id) stop();
      else void start(id, markdown);
    },
    [now.id, start, stop],
  );

  return useMemo(
    () => ({
      ...now,
      toggle,
      // biome-ignore lint/a11y/useMediaCaption: it reads a text that stands on the page
      element: <audio ref={player} data-testid="speech" hidden />,
    }),
    [now, toggle],
  );
}

interface Listening {
  player: HTMLAudioElement | null;
  signal: AbortSignal;
  onSound: () => void;
}

/** Resolves when all of it was heard, or when it was stopped. */
async function readAloud(
  cloneId: string,
  text: string,
  { player, signal, onSound }: Listening,
): Promise<void> {
  for (const part of speechParts(text)) {
    const audio = await synthesize(cloneId, part, signal);
    if (signal.aborted || !player) return;
    onSound();
    await play(player, audio, signal);
  }
}

/** The server leaves markup, code and citations out. */
async function synthesize(cloneId: string, text: string, signal: AbortSignal): Promise<string> {
  const params = { path: { clone_id: cloneId } };
  const spoken = await unwrap(
    api.POST("/api/chat/tts/{clone_id}", { params, body: { text }, signal }),
  );
  return `data:audio/${spoken.format};base64,${spoken.audio_base64}`;
}

/** Resolves when the audio has been heard to its end. */
async function play(player: HTMLAudioElement, audio: string, signal: AbortSignal): Promise<void> {
  const ended = new Promise((resolve) => {
    player.addEventListener("ended", resolve, { once: true, signal });
  });
  player.src = audio;
  await player.play();
  await ended;
}
