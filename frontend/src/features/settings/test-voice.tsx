import { useMutation } from "@tanstack/react-query";
import { Square, Volume2 } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { api, unwrap } from "@/lib/api/client";
import { elapsed } from "@/lib/text";
import { Outcome } from "@/ui/test-outcome";
import { TestRow } from "./test-row";

const TEXT = "This is how I sound. Every answer can be read aloud in this voice.";

interface TestVoiceProps {
  cloneId: string;
  provider: string;
  /** Empty for the provider's own default. */
  voice: string;
  speed: number;
  disabled: boolean;
}

/** Speaks with what is chosen in the form, saved or not. */
export function TestVoice(props: TestVoiceProps) {
  // Another choice is another test: what the last one found says nothing of it.
  return <Trial key={`${props.provider} ${props.voice} ${props.speed}`} {...props} />;
}

function Trial({ cloneId, provider, voice, speed, disabled }: TestVoiceProps) {
  const { audio, isPlaying, play, stop } = useSound();
  const test = useMutation({
    mutationFn: async () => {
      const params = { path: { clone_id: cloneId } };
      const body = { text: TEXT, provider, voice_id: voice.trim() || undefined, speed };
      const asked = performance.now();
      const spoken = await unwrap(api.POST("/api/chat/tts/{clone_id}", { params, body }));
      return { ...spoken, tookMs: performance.now() - asked };
    },
    onSuccess: ({ format, audio_base64 }) => play(`data:audio/${format};base64,${audio_base64}`),
  });
  return (
    <>
      <TestRow
        icon={isPlaying ? <Square aria-hidden className="fill-current" /> : <Volume2 aria-hidden />}
        busy={test.isPending}
        disabled={disabled}
        onClick={() => (isPlaying ? stop() : test.mutate())}
        outcome={<Outcome text={test.data && said(test.data)} error={test.error} />}
      >
        {isPlaying ? "Stop" : "Test voice"}
      </TestRow>
      <audio {...audio} hidden data-testid="voice-sample" />
    </>
  );
}

interface Heard {
  tookMs: number;
  duration_seconds: number;
  cached: boolean;
}

function said({ tookMs, duration_seconds, cached }: Heard): string {
  const how = cached ? ", from memory: it was said before" : "";
  return `${duration_seconds.toFixed(1)} s of speech in ${elapsed(tookMs)}${how}.`;
}

function useSound() {
  const ref = useRef<HTMLAudioElement>(null);
  const [isPlaying, setPlaying] = useState(false);
  useEffect(() => {
    const element = ref.current;
    return () => element?.pause();
  }, []);

  async function play(address: string) {
    if (!ref.current) return;
    ref.current.src = address;
    await ref.current.play();
  }

  const audio = { ref, onPlay: () => setPlaying(true), onPause: () => setPlaying(false) };
  return { audio, isPlaying, play, stop: () => ref.current?.pause() };
}
