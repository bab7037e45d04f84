import { Ellipsis, PencilLine, Trash2 } from "lucide-react";
import { Menu, MenuItem } from "@/ui/menu";

interface ThreadMenuProps {
  title: string;
  onRename: () => void;
  onDelete: () => void;
}

export default function ThreadMenu({ title, onRename, onDelete }: ThreadMenuProps) {
  return (
    <Menu
      trigger={
        <button
          type="button"
          aria-label={`Actions for ${title}`}
          className="mr-1 inline-flex size-7 shrink-0 items-center justify-center rounded-md text-muted opacity-0 hover:bg-sunken hover:text-ink focus-visible:opacity-100 group-hover:opacity-100 data-[state=open]:opacity-100 pointer-coarse:opacity-100"
        >
          <Ellipsis aria-hidden className="size-4" />
        </button>
      }
    >
      <MenuItem onSelect={onRename}>
        <PencilLine aria-hidden />
        Rename
      </MenuItem>
      <MenuItem tone="danger" onSelect={onDelete}>
        <Trash2 aria-hidden />
        Delete
      </MenuItem>
    </Menu>
  );
}
