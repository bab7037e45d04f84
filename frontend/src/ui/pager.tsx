import { ChevronLeft, ChevronRight } from "lucide-react";
import { IconButton } from "./icon-button";

interface PagerProps {
  /** What the rows are, such as "documents". */
  label: string;
  /** From 0. */
  page: number;
  perPage: number;
  total: number;
  onPage: (page: number) => void;
}

/** Leads through a list that is longer than a page; nothing for a short one. */
export function Pager({ label, page, perPage, total, onPage }: PagerProps) {
  if (total <= perPage && page === 0) return null;
  const last = Math.max(0, Math.ceil(total / perPage) - 1);
  const first = page * perPage + 1;
  const shown =
    first > total
      ? "Beyond the end"
      : `${first.toLocaleString()}–${Math.min(first + perPage - 1, total).toLocaleString()}`;
  return (
    <nav aria-label={`Pages of ${label}`} className="flex items-center justify-end gap-1 text-sm">
      <span className="mr-2 text-muted tabular-nums">
        {shown} of {total.toLocaleString()}
      </span>
      <IconButton
        label={`Previous ${label}`}
        disabled={page === 0}
        onClick={() => onPage(Math.min(page - 1, last))}
      >
        <ChevronLeft aria-hidden />
      </IconButton>
      <IconButton label={`Next ${label}`} disabled={page >= last} onClick={() => onPage(page + 1)}>
        <ChevronRight aria-hidden />
      </IconButton>
    </nav>
  );
}
