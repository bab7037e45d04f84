import { useQuery } from "@tanstack/react-query";
import { useFormContext } from "react-hook-form";
import type { Clone } from "@/lib/api/types";
import { providerOptions } from "@/lib/provider-options";
import { providersQuery } from "@/lib/queries/providers";
import { plural } from "@/lib/text";
import { Input, Select } from "@/ui/input";
import { SuggestInput } from "@/ui/suggest-input";
import { Switch } from "@/ui/switch";
import type { SettingsForm } from "./changes";
import { Reembedding } from "./reembedding";

const SEARCH_MODES = [
  { value: "hybrid", label: "By meaning and by words" },
  { value: "dense", label: "By meaning only" },
  { value: "lexical", label: "By words only" },
];

const ANSWER_MODES = [
  { value: "strict", label: "Strict: only from the documents" },
  { value: "balanced", label: "Balanced: documents first" },
  { value: "open", label: "Open: may add what the model knows" },
];

const TOP_K_MAX = 50;

export default function RetrievalTab({ clone }: { clone: Clone }) {
  const { register, watch, setValue, formState } = useFormContext<SettingsForm>();
  const errors = formState.errors.settings?.retrieval;
  return (
    <div className="flex flex-col gap-6">
      <Switch
        label="Answer from documents"
        hint="When off, the model answers on its own and cites nothing. The documents are kept."
        checked={watch("clone.rag_enabled")}
        onChange={(on) => setValue("clone.rag_enabled", on, { shouldDirty: true })}
      />
      <div className="grid gap-6 sm:grid-cols-2">
        <Select label="Search" options={SEARCH_MODES} {...register("settings.retrieval.mode")} />
        <Select
          label="Answers"
          options={ANSWER_MODES}
          {...register("settings.retrieval.answer_mode")}
        />
      </div>
      <Input
        label="Passages per answer"
        type="number"
        min={1}
        max={TOP_K_MAX}
        error={errors?.top_k?.message}
        {...register("settings.retrieval.top_k", {
          valueAsNumber: true,
          validate: (value) =>
            (Number.isInteger(value) && value >= 1 && value <= TOP_K_MAX) ||
            `Choose a whole number from 1 to ${TOP_K_MAX}.`,
        })}
      />
      <EmbeddingChoice documentCount={clone.document_count} />
      <Reembedding cloneId={clone.id} />
    </div>
  );
}

function EmbeddingChoice({ documentCount }: { documentCount: number }) {
  const { register, watch, setValue, formState } = useFormContext<SettingsForm>();
  const { data } = useQuery(providersQuery);
  const dirty = formState.dirtyFields.settings;
  const provider = data?.embedding.find(
    ({ name }) => name === watch("settings.embedding_provider"),
  );
  return (
    <fieldset className="flex flex-col gap-4 rounded-lg border border-line p-5">
      <legend className="px-1 font-medium text-sm">Embeddings</legend>
      <div className="grid gap-6 sm:grid-cols-2">
        <Select
          label="Provider"
          options={providerOptions(data?.embedding, watch("settings.embedding_provider"))}
          {...register("settings.embedding_provider", {
            onChange: ({ target }) => {
              const chosen = data?.embedding.find(({ name }) => name === target.value);
              setValue("settings.embedding_model", chosen?.default ?? "", { shouldDirty: true });
            },
          })}
        />
        <SuggestInput
          label="Model"
          suggestions={provider?.models ?? []}
          {...register("settings.embedding_model")}
        />
      </div>
      {(dirty?.embedding_provider || dirty?.embedding_model) && documentCount > 0 && (
        <p role="status" className="rounded-md bg-warn-tint px-3 py-2 text-sm text-warn">
          {plural(documentCount, "document")} will be embedded anew in the background. Until that is
          done, answers use the old embeddings.
        </p>
      )}
    </fieldset>
  );
}
