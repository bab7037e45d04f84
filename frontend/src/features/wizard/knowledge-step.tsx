import { useQuery } from "@tanstack/react-query";
import { FolderUp, Paperclip, X } from "lucide-react";
import { useFormContext } from "react-hook-form";
import { type FoundFile, filesPicked } from "@/lib/dropped-files";
import { READABLE_FILES } from "@/lib/file-types";
import { providerOptions, standardOption } from "@/lib/provider-options";
import { providersQuery } from "@/lib/queries/providers";
import { fileSize, plural } from "@/lib/text";
import { Button } from "@/ui/button";
import { DropZone } from "@/ui/drop-zone";
import { ErrorState } from "@/ui/error-state";
import { FilePicker } from "@/ui/file-picker";
import { IconButton } from "@/ui/icon-button";
import { Select } from "@/ui/input";
import type { Draft } from "./draft";
import type { StepProps } from "./steps";

const FILES_SHOWN = 50;

export function KnowledgeStep({ files, onFiles }: StepProps) {
  const { register, watch } = useFormContext<Draft>();
  const { data, error, refetch } = useQuery(providersQuery);
  return (
    <>
      <DropZone onFiles={(found) => onFiles([...files, ...found.files])}>
        <ChooseFiles files={files} onFiles={onFiles} />
      </DropZone>
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

function ChooseFiles({ files, onFiles }: StepProps) {
  const add = (added: File[]) => onFiles([...files, ...filesPicked(added).files]);
  return (
    <section aria-label="Files" className="flex flex-col items-start gap-3">
      <p className="text-muted text-sm">
        Choose or drop what your clone shall read first. More can follow at any time.
      </p>
      <div className="flex flex-wrap gap-2">
        <FilePicker accept={READABLE_FILES} onFiles={add}>
          {(open) => (
            <Button onClick={open}>
              <Paperclip aria-hidden />
              Choose files
            </Button>
          )}
        </FilePicker>
        <FilePicker label="Folder to add" takes="folder" onFiles={add}>
          {(open) => (
            <Button onClick={open}>
              <FolderUp aria-hidden />
              Choose a folder
            </Button>
          )}
        </FilePicker>
      </div>
      <FileList files={files} onRemove={(file) => onFiles(files.filter((kept) => kept !== file))} />
    </section>
  );
}

interface FileListProps {
  files: FoundFile[];
  onRemove: (file: FoundFile) => void;
}

function FileList({ files, onRemove }: FileListProps) {
  if (files.length === 0) return null;
  const shown = files.slice(0, FILES_SHOWN);
  return (
    <>
      <ul className="w-full divide-y divide-line rounded-lg border border-line bg-surface">
        {shown.map((found) => (
          <li
            key={`${found.path}-${found.file.lastModified}`}
            className="flex items-center gap-3 px-3 py-1.5 text-sm"
          >
            <bdi className="min-w-0 flex-1 truncate text-left">{found.path}</bdi>
            <span className="text-muted text-xs">{fileSize(found.file.size)}</span>
            <IconButton label={`Remove ${found.path}`} onClick={() => onRemove(found)}>
              <X aria-hidden />
            </IconButton>
          </li>
        ))}
      </ul>
      {files.length > shown.length && (
        <p className="text-muted text-sm">and {plural(files.length - shown.length, "more file")}</p>
      )}
    </>
  );
}
