import {
  lazy,
  type ReactNode,
  Suspense,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { useShortcut } from "@/lib/shortcut";

const SpeechBar = lazy(() => import("./speech-bar"));

type State = "silent" | "loading" | "playing";

export interface Speech {
  /** The reply being read, if any. */
  id: string | null;
  state: State;
  /** Reads a reply aloud; the same one again stops it. */
  toggle: (id: string, markdown: string) => void;
  /** The player while there is something to hear, to be rendered once. */
  element: ReactNode;
}

interface Reading {
  id: string;
  markdown: string;
  context: AudioContext;
  isHeard: boolean;
}

export function useSpeech(cloneId: string, conversationId: string | undefined): Speech {
  const sound = useRef<AudioContext | null>(null);
  const [reading, setReading] = useState<Reading | null>(null);

  const stop = useCallback(() => {
    void sound.current?.close();
    sound.current = null;
    setReading(null);
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the voice ends where its text is left
  useEffect(() => stop, [conversationId, stop]);
  useShortcut({ key: "Escape", enabled: reading !== null }, stop);

  const toggle = useCallback(
    (id: string, markdown: string) => {
      stop();
      if (reading?.id === id) return;
      // Made within the press, without which browsers let no page make a sound.
      const context = new AudioContext();
      sound.current = context;
      setReading({ id, markdown, context, isHeard: false });
    },
    [reading?.id, stop],
  );

  return useMemo(
    () => ({
      id: reading?.id ?? null,
      state: stateOf(reading),
      toggle,
      element: reading && (
        <Suspense>
          <SpeechBar
            key={reading.id}
            cloneId={cloneId}
            replyId={reading.id}
            markdown={reading.markdown}
            context={reading.context}
            onSound={() => setReading((now) => now && { ...now, isHeard: true })}
            onStop={stop}
          />
        </Suspense>
      ),
    }),
    [reading, toggle, stop, cloneId],
  );
}

function stateOf(reading: Reading | null): State {
  if (!reading) return "silent";
  return reading.isHeard ? "playing" : "loading";
}
