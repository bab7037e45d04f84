import { Square, Volume2 } from "lucide-react";
import { IconButton } from "@/ui/icon-button";
import { Spinner } from "@/ui/spinner";
import type { Speech } from "./use-speech";

interface SpeakButtonProps {
  id: string;
  text: string;
  speech: Speech;
}

export function SpeakButton({ id, text, speech }: SpeakButtonProps) {
  const state = speech.id === id ? speech.state : "silent";
  return (
    <IconButton
      label={state === "silent" ? "Read aloud" : "Stop reading"}
      data-testid="speak"
      data-state={state}
      onClick={() => speech.toggle(id, text)}
    >
      {state === "loading" && <Spinner />}
      {state === "playing" && <Square aria-hidden className="fill-current" />}
      {state === "silent" && <Volume2 aria-hidden />}
    </IconButton>
  );
}
