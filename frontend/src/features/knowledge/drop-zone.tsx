import { FileDown } from "lucide-react";
import { type DragEvent, type ReactNode, useRef, useState } from "react";
import { type Found, filesOf } from "@/lib/dropped-files";
import { notifyError } from "@/ui/toast";

interface DropZoneProps {
  onFiles: (found: Found) => void;
  children: ReactNode;
}

function carriesFiles(event: DragEvent): boolean {
  return event.dataTransfer.types.includes("Files");
}

/** Files and folders may be dropped anywhere on the page; the buttons do the same for keyboards. */
export function DropZone({ onFiles, children }: DropZoneProps) {
  const [over, setOver] = useState(false);
  // Entering a child fires before leaving its parent, so depth is counted.
  const depth = useRef(0);

  function move(event: DragEvent, change: 1 | -1) {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth.current += change;
    setOver(depth.current > 0);
  }

  function drop(event: DragEvent) {
    depth.current = 0;
    setOver(false);
    if (!carriesFiles(event)) return;
    event.preventDefault();
    filesOf(event.dataTransfer.items).then(onFiles, (error) =>
      notifyError("What was dropped could not be read", error),
    );
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping needs a mouse; "Add files" does the same
    <div
      className="relative min-h-full"
      data-testid="drop-zone"
      onDragEnter={(event) => move(event, 1)}
      onDragLeave={(event) => move(event, -1)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={drop}
    >
      {children}
      {over && (
        <div className="pointer-events-none fixed inset-4 z-40 grid place-items-center rounded-xl border-2 border-accent border-dashed bg-tint/90">
          <p className="flex items-center gap-3 font-display font-semibold text-accent text-xl">
            <FileDown aria-hidden />
            Drop to add
          </p>
        </div>
      )}
    </div>
  );
}
