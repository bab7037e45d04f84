import { useQuery } from "@tanstack/react-query";
import { useFormContext } from "react-hook-form";
import { providerOptions } from "@/lib/provider-options";
import { providersQuery } from "@/lib/queries/providers";
import { ErrorState } from "@/ui/error-state";
import { Input, Select } from "@/ui/input";
import { SuggestInput } from "@/ui/suggest-input";
import type { SettingsForm } from "./changes";
import { TestModel } from "./test-model";

const TOKENS_MAX = 32_768;

export default function ModelTab() {
  const { register, watch, setValue, formState } = useFormContext<SettingsForm>();
  const { data, error, refetch } = useQuery(providersQuery);
  const errors = formState.errors.settings;
  const provider = data?.llm.find(({ name }) => name === watch("settings.llm_provider"));
  return (
    <div className="flex flex-col gap-6">
      {error && (
        <ErrorState title="The providers could not be listed" error={error} onRetry={refetch} />
      )}
      <div className="grid gap-6 sm:grid-cols-2">
        <Select
          label="Provider"
          options={providerOptions(data?.llm, watch("settings.llm_provider"))}
          {...register("settings.llm_provider", {
            onChange: ({ target }) => {
              const chosen = data?.llm.find(({ name }) => name === target.value);
              setValue("settings.llm_model", chosen?.default ?? "", { shouldDirty: true });
            },
          })}
        />
        <SuggestInput
          label="Model"
          suggestions={provider?.models ?? []}
          {...register("settings.llm_model")}
        />
      </div>
      <TestModel
        provider={watch("settings.llm_provider")}
        model={watch("settings.llm_model")}
        disabled={provider?.configured === false}
      />
      <Input
        label="Temperature"
        type="number"
        step={0.1}
        min={0}
        max={2}
        hint="0 answers the same way each time; 2 is wild."
        error={errors?.temperature?.message}
        {...register("settings.temperature", {
          valueAsNumber: true,
          validate: (value) => (value >= 0 && value <= 2) || "Choose a number from 0 to 2.",
        })}
      />
      <Input
        label="Longest answer, in tokens"
        type="number"
        min={1}
        max={TOKENS_MAX}
        hint="A token is about three quarters of a word."
        error={errors?.max_tokens?.message}
        {...register("settings.max_tokens", {
          valueAsNumber: true,
          validate: (value) =>
            (Number.isInteger(value) && value >= 1 && value <= TOKENS_MAX) ||
            `Choose a whole number from 1 to ${TOKENS_MAX}.`,
        })}
      />
    </div>
  );
}
