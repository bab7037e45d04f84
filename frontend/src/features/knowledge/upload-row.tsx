import { Copy, FileUp, RotateCcw, X } from "lucide-react";
import { fileSize, sentence } from "@/lib/text";
import { secondsFor } from "@/lib/transfer-rate";
import { dropUploads, isOnItsWay, type Upload } from "@/lib/uploads";
import { IconButton } from "@/ui/icon-button";
import { AlreadyHere } from "./already-here";
import { StepLine } from "./step-line";
import { TwoPhaseBar } from "./two-phase-bar";

interface UploadRowProps {
  upload: Upload;
  onRetry: (ids: string[]) => void;
  onOpen: (documentId: string) => void;
}

/** A file on its way; once it arrived, its document row takes over. */
export function UploadRow({ upload, onRetry, onOpen }: UploadRowProps) {
  const { id, path, state } = upload;
  const Icon = state === "duplicate" ? Copy : FileUp;
  return (
    <li className="flex items-start gap-3 px-4 py-3" data-upload={state}>
      <Icon aria-hidden className="mt-0.5 size-5 shrink-0 text-muted" />
      <div className="min-w-0 flex-1">
        <p dir="auto" className="truncate text-left font-medium text-sm" title={path}>
          {path}
        </p>
        <UploadState upload={upload} onOpen={onOpen} />
      </div>
      {state === "failed" && (
        <IconButton label={`Upload ${path} again`} onClick={() => onRetry([id])}>
          <RotateCcw aria-hidden />
        </IconButton>
      )}
      <IconButton
        label={isOnItsWay(upload) ? `Cancel ${path}` : `Dismiss ${path}`}
        onClick={() => dropUploads([id])}
      >
        <X aria-hidden />
      </IconButton>
    </li>
  );
}

function UploadState({ upload, onOpen }: Pick<UploadRowProps, "upload" | "onOpen">) {
  const { state, error, first } = upload;
  if (state === "waiting") return <StepLine step="Waiting for the others" secondsLeft={null} />;
  if (state === "sending") return <Sending upload={upload} />;
  if (!first) {
    return (
      <p role="alert" className="text-danger text-sm">
        {error && sentence(error)}
      </p>
    );
  }
  return (
    <p className="text-muted text-sm">
      <AlreadyHere first={first} onOpen={onOpen} />
    </p>
  );
}

function Sending({ upload }: { upload: Upload }) {
  const { file, sent, rate, path } = upload;
  const percent = file.size ? Math.floor((100 * sent) / file.size) : 0;
  const arrived = sent >= file.size;
  return (
    <div className="mt-1 flex flex-col gap-1">
      <StepLine
        step={
          arrived ? "Arrived, being checked" : `${fileSize(sent)} of ${fileSize(file.size)} sent`
        }
        secondsLeft={arrived ? null : secondsFor({ bytes: file.size - sent, files: 1 }, rate)}
        percent={percent}
      />
      <TwoPhaseBar label={`Uploading ${path}`} phase="upload" percent={percent} />
    </div>
  );
}
