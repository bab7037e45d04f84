import { useQuery } from "@tanstack/react-query";
import { useFormContext } from "react-hook-form";
import { providerOptions } from "@/lib/provider-options";
import { providersQuery } from "@/lib/queries/providers";
import { ErrorState } from "@/ui/error-state";
import { Field } from "@/ui/field";
import { Select } from "@/ui/input";
import { SuggestInput } from "@/ui/suggest-input";
import type { SettingsForm } from "./changes";
import { TestVoice } from "./test-voice";

const SPEED = { min: 0.5, max: 2, step: 0.1 };

export default function VoiceTab({ cloneId }: { cloneId: string }) {
  const { register, watch, setValue } = useFormContext<SettingsForm>();
  const { data, error, refetch } = useQuery(providersQuery);
  const { tts_provider, tts_voice_id, tts_speed } = watch("settings");
  const provider = data?.tts.find(({ name }) => name === tts_provider);
  return (
    <div className="flex flex-col gap-6">
      {error && (
        <ErrorState title="The providers could not be listed" error={error} onRetry={refetch} />
      )}
      <div className="grid gap-6 sm:grid-cols-2">
        <Select
          label="Provider"
          options={providerOptions(data?.tts, tts_provider)}
          {...register("settings.tts_provider", {
            onChange: ({ target }) => {
              const chosen = data?.tts.find(({ name }) => name === target.value);
              setValue("settings.tts_voice_id", chosen?.default ?? "", { shouldDirty: true });
            },
          })}
        />
        <VoiceName voices={provider?.voices ?? []} isOpen={provider?.has_open_voices ?? false} />
      </div>
      <SpeedSlider />
      <TestVoice
        cloneId={cloneId}
        provider={tts_provider}
        voice={tts_voice_id}
        speed={tts_speed}
        disabled={provider?.configured === false}
      />
      <p className="text-muted text-sm">
        Used by “Read aloud” under each answer.
        {tts_provider === "dummy" && " The dummy voice is a melody as long as the text."}
      </p>
    </div>
  );
}

/** A choice of the provider's voices; any name where a server may have others. */
function VoiceName({ voices, isOpen }: { voices: readonly string[]; isOpen: boolean }) {
  const { register, watch } = useFormContext<SettingsForm>();
  const voice = watch("settings.tts_voice_id");
  const field = register("settings.tts_voice_id");
  if (!isOpen) {
    const known = voices.includes(voice) ? voices : [voice, ...voices];
    const options = known.map((value) => ({ value, label: value || "Standard" }));
    return <Select label="Voice" options={options} {...field} />;
  }
  return <SuggestInput label="Voice" suggestions={voices} {...field} />;
}

function SpeedSlider() {
  const { register, watch } = useFormContext<SettingsForm>();
  const speed = watch("settings.tts_speed");
  return (
    <Field label="Speed" hint="1 is the voice's own; 2 takes half the time.">
      {(control) => (
        <div className="flex items-center gap-4">
          <input
            type="range"
            {...SPEED}
            {...control}
            aria-valuetext={`${speed} times`}
            className="h-10 min-w-0 flex-1 cursor-pointer accent-accent"
            {...register("settings.tts_speed", { valueAsNumber: true })}
          />
          <output htmlFor={control.id} className="w-10 text-right text-sm tabular-nums">
            {speed.toFixed(1)}×
          </output>
        </div>
      )}
    </Field>
  );
}
