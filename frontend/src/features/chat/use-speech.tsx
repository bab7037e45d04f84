import { type ReactNode, useCallback, useMemo, useRef, useState } from "react";
import { api, unwrap } from "@/lib/api/client";
import { spokenText } from "@/lib/markdown/inline";
import { notifyError } from "@/ui/toast";

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

export function useSpeech(cloneId: string): Speech {
  const player = useRef<HTMLAudioElement>(null);
  const asked = useRef<string | null>(null);
  const [now, setNow] = useState<{ id: string | null; state: State }>(SILENT);

  const stop = useCallback(() => {
    asked.current = null;
    player.current?.pause();
    setNow(SILENT);
  }, []);

  const start = useCallback(
    async (id: string, markdown: string) => {
      asked.current = id;
      player.current?.pause();
      setNow({ id, state: "loading" });
      try {
        const audio = await synthesize(cloneId, spokenText(markdown));
        // Stopped, or another reply was chosen, while the voice was being made.
        if (asked.current !== id || !player.current) return;
        player.current.src = audio;
        await player.current.play();
        setNow({ id, state: "playing" });
      } catch (error) {
        if (asked.current !== id) return;
        stop();
        notifyError("It could not be read aloud", error);
      }
    },
    [cloneId, stop],
  );

  const toggle = useCallback(
    (id: string, markdown: string) => {
      if (asked.current === id) stop();
      else void start(id, markdown);
    },
    [start, stop],
  );

  return useMemo(
    () => ({
      ...now,
      toggle,
      // biome-ignore lint/a11y/useMediaCaption: it reads a text that stands on the page
      element: <audio ref={player} onEnded={stop} data-testid="speech" hidden />,
    }),
    [now, toggle, stop],
  );
}

async function synthesize(cloneId: string, text: string): Promise<string> {
  const { audio_base64, format } = await unwrap(
    api.POST("/api/chat/tts/{clone_id}", {
      params: { path: { clone_id: cloneId } },
      body: { text },
    }),
  );
  return `data:audio/${format};base64,${audio_base64}`;
}
