import {
  BookOpen,
  Download,
  Ellipsis,
  FileUp,
  Globe,
  Lock,
  LockOpen,
  RotateCcw,
  Trash2,
} from "lucide-react";
import type { ReactNode } from "react";
import type { Document } from "@/lib/api/types";
import { isUnderWay } from "@/lib/document-stages";
import { REFRESHES } from "@/lib/refresh";
import { Menu, MenuChoices, MenuItem, MenuSeparator } from "@/ui/menu";
import type { DocumentRowProps } from "./document-row";
import { saveOriginal } from "./save-original";
import { useChange, useReprocess } from "./use-document-actions";

/** All that can be done with one document. */
export default function DocumentMenu(props: DocumentRowProps) {
  const { document, onOpen, onRemove, onReplace } = props;
  const { id, title, source_type } = document;
  const isPage = source_type === "url";
  return (
    <Menu
      container={globalThis.document.getElementById("page")}
      trigger={
        <button
          type="button"
          aria-label={`Actions for ${title}`}
          className="inline-flex size-8 shrink-0 items-center justify-center rounded-md text-muted hover:bg-sunken hover:text-ink"
        >
          <Ellipsis aria-hidden className="size-4" />
        </button>
      }
    >
      <Item icon={<BookOpen aria-hidden />} onSelect={() => onOpen(id)}>
        Open
      </Item>
      <Item icon={<Download aria-hidden />} onSelect={() => void saveOriginal(document)}>
        Download the original
      </Item>
      {!isPage && (
        <Item icon={<FileUp aria-hidden />} onSelect={() => onReplace(document)}>
          Replace by a new version
        </Item>
      )}
      <ReadAgain document={document} />
      <Visibility document={document} />
      {isPage && <RefreshChoice document={document} />}
      <MenuSeparator />
      <MenuItem tone="danger" onSelect={() => onRemove(document)}>
        <Trash2 aria-hidden />
        Delete
      </MenuItem>
    </Menu>
  );
}

interface ItemProps {
  icon: ReactNode;
  onSelect: () => void;
  children: ReactNode;
}

function Item({ icon, onSelect, children }: ItemProps) {
  return (
    <MenuItem onSelect={onSelect}>
      {icon}
      {children}
    </MenuItem>
  );
}

function ReadAgain({ document }: { document: Document }) {
  const reprocess = useReprocess();
  if (isUnderWay(document)) return null;
  const isPage = document.source_type === "url";
  return (
    <Item
      icon={isPage ? <Globe aria-hidden /> : <RotateCcw aria-hidden />}
      onSelect={() => reprocess.mutate(document)}
    >
      {isPage ? "Refresh now" : "Read it again"}
    </Item>
  );
}

function Visibility({ document }: { document: Document }) {
  const change = useChange();
  const isPrivate = document.visibility === "private";
  return (
    <Item
      icon={isPrivate ? <LockOpen aria-hidden /> : <Lock aria-hidden />}
      onSelect={() =>
        change.mutate({ document, body: { visibility: isPrivate ? "public" : "private" } })
      }
    >
      {isPrivate ? "Make public" : "Make private"}
    </Item>
  );
}

function RefreshChoice({ document }: { document: Document }) {
  const change = useChange();
  return (
    <>
      <MenuSeparator />
      <MenuChoices
        label="Refresh"
        value={String(document.refresh_interval_hours)}
        options={REFRESHES.map(({ hours, label }) => ({ value: String(hours), label }))}
        onChange={(value) => {
          const refresh_interval_hours = value === "null" ? null : Number(value);
          change.mutate({ document, body: { refresh_interval_hours } });
        }}
      />
    </>
  );
}
