import { ClipboardPaste, FolderUp, Upload } from "lucide-react";
import type { Found } from "@/lib/dropped-files";
import { filesPicked } from "@/lib/dropped-files";
import { READABLE_FILES, READABLE_FORMATS } from "@/lib/file-types";
import { Button } from "@/ui/button";
import { FilePicker } from "@/ui/file-picker";
import { AddWebPage } from "./add-web-page";

interface AddPanelProps {
  cloneId: string;
  onFiles: (found: Found) => void;
  onPaste: () => void;
  onOpen: (documentId: string) => void;
}

/** The ways to give a clone something to read. */
export function AddPanel({ cloneId, onFiles, onPaste, onOpen }: AddPanelProps) {
  return (
    <section
      aria-label="Add documents"
      className="flex flex-col gap-4 rounded-xl border border-field/70 border-dashed p-4 sm:p-5"
    >
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
        <div className="min-w-60 flex-1">
          <p className="pointer-coarse:hidden font-display font-semibold">
            Drop files or folders anywhere on this page
          </p>
          <p className="text-muted text-sm">{READABLE_FORMATS}.</p>
        </div>
        <div className="flex flex-wrap gap-2">
          <FilePicker accept={READABLE_FILES} onFiles={(files) => onFiles(filesPicked(files))}>
            {(pick) => (
              <Button variant="primary" onClick={pick}>
                <Upload aria-hidden />
                Add files
              </Button>
            )}
          </FilePicker>
          <FilePicker
            label="Folder to add"
            takes="folder"
            onFiles={(files) => onFiles(filesPicked(files))}
          >
            {(pick) => (
              <Button onClick={pick}>
                <FolderUp aria-hidden />
                Add a folder
              </Button>
            )}
          </FilePicker>
          <Button onClick={onPaste}>
            <ClipboardPaste aria-hidden />
            Paste text
          </Button>
        </div>
      </div>
      <AddWebPage cloneId={cloneId} onOpen={onOpen} />
    </section>
  );
}
