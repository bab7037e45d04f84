import { useShallow } from "zustand/react/shallow";
import { plural } from "@/lib/text";
import { timeLeft } from "@/lib/time";
import { secondsFor } from "@/lib/transfer-rate";
import { dropUploads, isOnItsWay, type Upload, useUploads } from "@/lib/uploads";
import { Button } from "@/ui/button";
import { UploadRow } from "./upload-row";
import { useAddFiles } from "./use-add-files";

/** Of thousands, those that wait all look the same. */
const WAITING_SHOWN = 3;
const ENDED_SHOWN = 30;

interface UploadQueueProps {
  cloneId: string;
  onOpen: (documentId: string) => void;
}

/** The files on their way to a clone, and those that did not get there. */
export function UploadQueue({ cloneId, onOpen }: UploadQueueProps) {
  const { retry } = useAddFiles(cloneId);
  const uploads = useUploads(
    useShallow((state) => state.uploads.filter((upload) => upload.cloneId === cloneId)),
  );
  if (uploads.length === 0) return null;
  const shown = shownOf(uploads);
  return (
    <section aria-label="Uploads" className="rounded-lg border border-line bg-surface shadow-card">
      <QueueHeader uploads={uploads} onRetry={retry} />
      <ul className="divide-y divide-line">
        {shown.map((upload) => (
          <UploadRow key={upload.id} upload={upload} onRetry={retry} onOpen={onOpen} />
        ))}
      </ul>
      {uploads.length > shown.length && (
        <p className="border-line border-t px-4 py-2 text-muted text-sm">
          and {plural(uploads.length - shown.length, "more file")}
        </p>
      )}
    </section>
  );
}

function shownOf(uploads: Upload[]): Upload[] {
  const of = (...states: Upload["state"][]) =>
    uploads.filter(({ state }) => states.includes(state));
  return [
    ...of("failed", "duplicate").slice(0, ENDED_SHOWN),
    ...of("sending"),
    ...of("waiting").slice(0, WAITING_SHOWN),
  ];
}

interface QueueHeaderProps {
  uploads: Upload[];
  onRetry: (ids: string[]) => void;
}

function QueueHeader({ uploads, onRetry }: QueueHeaderProps) {
  const rate = useUploads((state) => state.rate);
  const onTheirWay = uploads.filter(isOnItsWay);
  const failed = uploads.filter(({ state }) => state === "failed");
  const ended = uploads.filter((upload) => !isOnItsWay(upload));
  const bytes = onTheirWay.reduce((sum, { file, sent }) => sum + file.size - sent, 0);
  const left = timeLeft(secondsFor({ bytes, files: onTheirWay.length }, rate));
  const outcome = outcomeOf(failed.length, ended.length - failed.length);
  const ids = (some: Upload[]) => some.map(({ id }) => id);
  return (
    <header className="flex flex-wrap items-center gap-x-3 gap-y-1 border-line border-b px-4 py-2">
      <p className="min-w-40 flex-1 text-muted text-sm">
        {[
          onTheirWay.length > 0 && `${plural(onTheirWay.length, "file")} to upload`,
          ...outcome,
          onTheirWay.length > 1 && left,
        ]
          .filter(Boolean)
          .join(" · ")}
      </p>
      <p role="status" className="sr-only">
        {[onTheirWay.length > 0 && "Uploading", ...outcome].filter(Boolean).join(", ")}
      </p>
      {failed.length > 1 && (
        <Button size="sm" onClick={() => onRetry(ids(failed))}>
          Upload all again
        </Button>
      )}
      {ended.length > 1 && (
        <Button size="sm" variant="ghost" onClick={() => dropUploads(ids(ended))}>
          Dismiss all
        </Button>
      )}
      {onTheirWay.length > 1 && (
        <Button size="sm" variant="ghost" onClick={() => dropUploads(ids(onTheirWay))}>
          Cancel all
        </Button>
      )}
    </header>
  );
}

function outcomeOf(failed: number, duplicates: number) {
  return [
    failed > 0 && `${failed.toLocaleString()} not uploaded`,
    duplicates > 0 && `${duplicates.toLocaleString()} already here`,
  ];
}
