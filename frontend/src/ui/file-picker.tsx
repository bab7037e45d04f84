import { type ReactNode, useRef } from "react";

interface FilePickerProps {
  accept: string;
  onFiles: (files: File[]) => void;
  children: (open: () => void) => ReactNode;
}

/** A hidden file input, opened by whatever buttons the children render. */
export function FilePicker({ accept, onFiles, children }: FilePickerProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept={accept}
        aria-label="Files to add"
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
      {children(() => input.current?.click())}
    </>
  );
}
