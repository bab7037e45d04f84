import { X } from "lucide-react";
import type { Clone } from "@/lib/api/types";
import { useMedia } from "@/lib/media";
import { useShortcut } from "@/lib/shortcut";
import { Sheet } from "@/ui/dialog";
import { IconButton } from "@/ui/icon-button";
import type { OpenSources } from "./open-sources";
import { SourceList } from "./source-list";

interface SourcesPanelProps {
  clone: Clone;
  open: OpenSources;
  onChange: (open: OpenSources | null) => void;
}

/** Beside the conversation where there is room, over it where there is not. */
export default function SourcesPanel({ clone, open, onChange }: SourcesPanelProps) {
  const roomy = useMedia("(min-width: 1280px)");
  if (!roomy) {
    return (
      <Sheet title="Sources" open onOpenChange={() => onChange(null)}>
        <SourceList clone={clone} open={open} onChange={onChange} />
      </Sheet>
    );
  }
  return <SidePanel clone={clone} open={open} onChange={onChange} />;
}

function SidePanel({ clone, open, onChange }: SourcesPanelProps) {
  useShortcut({ key: "Escape" }, () => onChange(null));
  return (
    <aside
      aria-label="Sources"
      className="flex w-[26rem] shrink-0 flex-col gap-3 overflow-y-auto border-line border-l bg-surface p-5 2xl:w-[30rem]"
    >
      <div className="flex items-center justify-between">
        <h2 className="font-semibold text-lg">Sources</h2>
        <IconButton label="Close" onClick={() => onChange(null)}>
          <X aria-hidden />
        </IconButton>
      </div>
      <SourceList clone={clone} open={open} onChange={onChange} />
    </aside>
  );
}
