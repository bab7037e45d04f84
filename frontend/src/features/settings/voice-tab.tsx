import { useQuery } from "@tanstack/react-query";
import { useFormContext } from "react-hook-form";
import { providerOptions } from "@/lib/provider-options";
import { providersQuery } from "@/lib/queries/providers";
import { ErrorState } from "@/ui/error-state";
import { Select } from "@/ui/input";
import type { SettingsForm } from "./changes";

export default function VoiceTab() {
  const { register, watch, setValue } = useFormContext<SettingsForm>();
  const { data, error, refetch } = useQuery(providersQuery);
  const voice = watch("settings.tts_voice_id") ?? "";
  const voices =
    data?.tts.find(({ name }) => name === watch("settings.tts_provider"))?.voices ?? [];
  const known = voices.includes(voice) ? voices : [voice, ...voices];
  return (
    <div className="flex flex-col gap-6">
      {error && (
        <ErrorState title="The providers could not be listed" error={error} onRetry={refetch} />
      )}
      <div className="grid gap-6 sm:grid-cols-2">
        <Select
          label="Provider"
          options={providerOptions(data?.tts, watch("settings.tts_provider"))}
          {...register("settings.tts_provider", {
            onChange: ({ target }) => {
              const chosen = data?.tts.find(({ name }) => name === target.value);
              setValue("settings.tts_voice_id", chosen?.voices[0] ?? "", { shouldDirty: true });
            },
          })}
        />
        <Select
          label="Voice"
          options={known.map((value) => ({ value, label: value || "Standard" }))}
          {...register("settings.tts_voice_id")}
        />
      </div>
      <p className="text-muted text-sm">
        Used by “Read aloud” under each answer. The dummy voice is a tone as long as the text.
      </p>
    </div>
  );
}
