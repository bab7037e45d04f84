import { FileUp, RotateCcw, X } from "lucide-react";
import { fileSize } from "@/lib/text";
import { dropUpload, type Upload } from "@/lib/uploads";
import { IconButton } from "@/ui/icon-button";
import { Progress } from "@/ui/progress";
import { useAddFiles } from "./use-add-files";

/** A file on its way; once it arrived, its document row takes over. */
export function UploadRow({ upload }: { upload: Upload }) {
  const { retry } = useAddFiles(upload.cloneId);
  const { id, file, state, percent, error } = upload;
  return (
    <li className="flex items-center gap-3 px-4 py-3">
      <FileUp aria-hidden className="size-5 shrink-0 text-muted" />
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium text-sm">{file.name}</p>
        {state === "failed" ? (
          <p role="alert" className="text-danger text-sm">
            {error}
          </p>
        ) : (
          <div className="mt-1 flex items-center gap-3 text-muted text-xs">
            <span className="w-32 shrink-0">
              {state === "waiting" ? "Waiting" : `Uploading ${fileSize(file.size)}`}
            </span>
            <Progress label={`Uploading ${file.name}`} percent={percent} />
          </div>
        )}
      </div>
      {state === "failed" && (
        <>
          <IconButton label={`Upload ${file.name} again`} onClick={() => retry(id)}>
            <RotateCcw aria-hidden />
          </IconButton>
          <IconButton label={`Dismiss ${file.name}`} onClick={() => dropUpload(id)}>
            <X aria-hidden />
          </IconButton>
        </>
      )}
    </li>
  );
}
