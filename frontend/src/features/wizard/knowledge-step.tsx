import { useQuery } from "@tanstack/react-query";
import { Paperclip, X } from "lucide-react";
import { useFormContext } from "react-hook-form";
import { READABLE_FILES } from "@/lib/file-types";
import { providerOptions, standardOption } from "@/lib/provider-options";
import { providersQuery } from "@/lib/queries/providers";
import { fileSize } from "@/lib/text";
import { Button } from "@/ui/button";
import { ErrorState } from "@/ui/error-state";
import { FilePicker } from "@/ui/file-picker";
import { IconButton } from "@/ui/icon-button";
import { Select } from "@/ui/input";
import type { Draft } from "./draft";
import type { StepProps } from "./steps";

export function KnowledgeStep({ files, onFiles }: StepProps) {
  const { register, watch } = useFormContext<Draft>();
  const { data, error, refetch } = useQuery(providersQuery);
  return (
    <>
      <FilePicker accept={READABLE_FILES} onFiles={(added) => onFiles([...files, ...added])}>
        {(open) => (
          <section aria-label="Files" className="flex flex-col items-start gap-3">
            <p className="text-muted text-sm">
              Choose what your clone shall read first. More can follow at any time.
            </p>
            <Button onClick={open}>
              <Paperclip aria-hidden />
              Choose files
            </Button>
            <FileList
              files={files}
              onRemove={(file) => onFiles(files.filter((kept) => kept !== file))}
            />
          </section>
        )}
      </FilePicker>
      {error && (
        <ErrorState title="The providers could not be listed" error={error} onRetry={refetch} />
      )}
      <div className="grid gap-6 sm:grid-cols-3">
        <Select
          label="Language model"
          options={[
            standardOption(data?.llm),
            ...providerOptions(data?.llm, watch("llm_provider")),
          ]}
          {...register("llm_provider")}
        />
        <Select
          label="Embeddings"
          options={[
            standardOption(data?.embedding),
            ...providerOptions(data?.embedding, watch("embedding_provider")),
          ]}
          {...register("embedding_provider")}
        />
        <Select
          label="Voice"
          options={[
            standardOption(data?.tts),
            ...providerOptions(data?.tts, watch("tts_provider")),
          ]}
          {...register("tts_provider")}
        />
      </div>
      <p className="text-muted text-sm">
        “dummy” works offline and without a key. All of it can be changed later, in the settings.
      </p>
    </>
  );
}

function FileList({ files, onRemove }: { files: File[]; onRemove: (file: File) => void }) {
  if (files.length === 0) return null;
  return (
    <ul className="w-full divide-y divide-line rounded-lg border border-line bg-surface">
      {files.map((file) => (
        <li
          key={`${file.name}-${file.lastModified}`}
          className="flex items-center gap-3 px-3 py-1.5 text-sm"
        >
          <span className="min-w-0 flex-1 truncate">{file.name}</span>
          <span className="text-muted text-xs">{fileSize(file.size)}</span>
          <IconButton label={`Remove ${file.name}`} onClick={() => onRemove(file)}>
            <X aria-hidden />
          </IconButton>
        </li>
      ))}
    </ul>
  );
}
