import { FileDown } from "lucide-react";
import { type ReactNode, useEffect, useEffectEvent, useRef, useState } from "react";
import { type Found, filesOf } from "@/lib/dropped-files";
import { notifyError } from "./toast";

interface DropZoneProps {
  onFiles: (found: Found) => void;
  children: ReactNode;
}

/**
 * Files and folders may be dropped anywhere on the page; the buttons do the same for keyboards.
 * It listens to the window: a browser leaves the page for a file that is dropped beside a zone.
 */
export function DropZone({ onFiles, children }: DropZoneProps) {
  const [over, setOver] = useState(false);
  // Entering a child fires before leaving its parent, so depth is counted.
  const depth = useRef(0);

  const move = useEffectEvent((change: 1 | -1) => {
    depth.current += change;
    setOver(depth.current > 0);
  });

  const drop = useEffectEvent(({ items }: DataTransfer) => {
    depth.current = 0;
    setOver(false);
    filesOf(items).then(onFiles, (error) =>
      notifyError("What was dropped could not be read", error),
    );
  });

  useEffect(() => {
    const listening = new AbortController();
    const on = (type: "dragenter" | "dragleave" | "dragover" | "drop", act: Act) =>
      addEventListener(type, (event) => withFiles(event, act), listening);
    on("dragenter", () => move(1));
    on("dragleave", () => move(-1));
    on("dragover", () => undefined);
    on("drop", drop);
    return () => listening.abort();
  }, []);

  return (
    <>
      {children}
      {over && (
        <div className="pointer-events-none fixed inset-4 z-40 grid place-items-center rounded-xl border-2 border-accent border-dashed bg-tint/90">
          <p className="flex items-center gap-3 font-display font-semibold text-accent text-xl">
            <FileDown aria-hidden />
            Drop to add
          </p>
        </div>
      )}
    </>
  );
}

type Act = (data: DataTransfer) => void;

/** Text that is dragged into a field is none of ours. */
function withFiles(event: DragEvent, act: Act): void {
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  act(event.dataTransfer);
}
