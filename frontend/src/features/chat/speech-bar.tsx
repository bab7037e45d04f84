import { Pause, Play, SkipBack, SkipForward, Square } from "lucide-react";
import { useEffect, useState, useSyncExternalStore } from "react";
import { IconButton } from "@/ui/icon-button";
import { Progress } from "@/ui/progress";
import { Spinner } from "@/ui/spinner";
import { notifyError } from "@/ui/toast";
import { type Hearing, SpeechPlayer } from "./speech-player";
import { spokenSentences } from "./speech-stream";
import { useFocusBack } from "./use-focus-back";
import { useSpokenHighlight } from "./use-spoken-highlight";

const PROGRESS_MS = 250;

interface SpeechBarProps {
  cloneId: string;
  replyId: string;
  markdown: string;
  context: AudioContext;
  onSound: () => void;
  onStop: () => void;
}

/** Reads a reply aloud as long as it is there, and shows how far it is. */
export default function SpeechBar(props: SpeechBarProps) {
  const { replyId, onSound, onStop } = props;
  const player = useReading(props);
  const hearing = useSyncExternalStore(player.subscribe, player.snapshot);
  const bar = useFocusBack(replyId);
  const isLoading = hearing.state === "loading";
  const isPlaying = hearing.state === "playing";
  useSpokenHighlight(replyId, player, isLoading ? -1 : hearing.current);

  // biome-ignore lint/correctness/useExhaustiveDependencies: told once, at the first sound
  useEffect(() => {
    if (isPlaying) onSound();
  }, [isPlaying]);

  return (
    <section
      ref={bar}
      aria-label="Reading aloud"
      data-testid="speech"
      data-state={hearing.state}
      className="mb-2 flex animate-rise items-center gap-1 rounded-full border border-line bg-surface py-1.5 pr-2 pl-3 shadow-card"
    >
      <IconButton
        label="Back one sentence"
        aria-disabled={hearing.current === 0}
        onClick={() => player.seek(hearing.current - 1)}
      >
        <SkipBack aria-hidden />
      </IconButton>
      <IconButton
        label={hearing.state === "paused" ? "Go on reading" : "Pause reading"}
        aria-disabled={isLoading}
        onClick={() => isLoading || player.toggle()}
      >
        {isLoading && <Spinner />}
        {isPlaying && <Pause aria-hidden />}
        {hearing.state === "paused" && <Play aria-hidden />}
      </IconButton>
      <IconButton
        label="Next sentence"
        aria-disabled={hearing.current + 1 >= hearing.total}
        onClick={() => player.seek(hearing.current + 1)}
      >
        <SkipForward aria-hidden />
      </IconButton>
      <p className="shrink-0 px-2 text-muted text-xs tabular-nums">{placeText(hearing)}</p>
      <Heard player={player} isPlaying={isPlaying} />
      <IconButton label="Stop reading" hint="Esc" aria-keyshortcuts="Escape" onClick={onStop}>
        <Square aria-hidden className="fill-current" />
      </IconButton>
    </section>
  );
}

function placeText({ total, current }: Hearing): string {
  if (total === 0) return "Preparing the voice…";
  return `Sentence ${Math.min(current + 1, total)} of ${total}`;
}

function Heard({ player, isPlaying }: { player: SpeechPlayer; isPlaying: boolean }) {
  const [progress, setProgress] = useState(0);
  useEffect(() => {
    const look = () => setProgress(player.progress());
    look();
    if (!isPlaying) return;
    const timer = setInterval(look, PROGRESS_MS);
    return () => clearInterval(timer);
  }, [player, isPlaying]);
  return <Progress label="Read so far" percent={Math.round(progress * 1000) / 10} />;
}

/** Fetches and plays from the first showing to the last. */
function useReading({ cloneId, markdown, context, onStop }: SpeechBarProps): SpeechPlayer {
  const [player] = useState(() => new SpeechPlayer(context, onStop));
  useEffect(() => {
    const reading = new AbortController();
    void feed(player, spokenSentences(cloneId, markdown, reading.signal), reading.signal);
    return () => {
      reading.abort();
      player.stop();
    };
  }, [player, cloneId, markdown]);
  return player;
}

/** What arrived before a failure is heard to its end. */
async function feed(
  player: SpeechPlayer,
  sentences: ReturnType<typeof spokenSentences>,
  signal: AbortSignal,
): Promise<void> {
  try {
    for await (const sentence of sentences) {
      if (signal.aborted) return;
      await player.add(sentence);
    }
  } catch (error) {
    if (signal.aborted) return;
    const what = player.texts().length > 0 ? "The rest" : "It";
    void notifyError(`${what} could not be read aloud`, error);
  }
  if (!signal.aborted) player.complete();
}
