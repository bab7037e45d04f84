import { type ReactNode, useRef } from "react";

interface FilePickerProps {
  /** Which files are offered; without it all are. */
  accept?: string;
  label?: string;
  /** `folder` takes all files of one folder, and `one` a single file. */
  takes?: "many" | "one" | "folder";
  onFiles: (files: File[]) => void;
  children: (open: () => void) => ReactNode;
}

/** A hidden file input, opened by whatever buttons the children render. */
export function FilePicker({
  accept,
  label = "Files to add",
  takes = "many",
  onFiles,
  children,
}: FilePickerProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={(element) => {
          input.current = element;
          // React has no attribute for it.
          if (element) element.webkitdirectory = takes === "folder";
        }}
        type="file"
        multiple={takes !== "one"}
        hidden
        accept={accept}
        aria-label={label}
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
      {children(() => input.current?.click())}
    </>
  );
}
