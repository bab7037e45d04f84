import type { ReactNode } from "react";

interface TableFrameProps {
  title: string;
  /** On a phone only as many as its rows show. */
  columns: string[];
  actions?: ReactNode;
  note?: ReactNode;
  children: ReactNode;
}

/** A titled table of documents. */
export function TableFrame({ title, columns, actions, note, children }: TableFrameProps) {
  return (
    <section aria-label={title} className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 className="font-semibold text-lg">{title}</h2>
        {actions}
      </div>
      <div className="overflow-x-auto rounded-lg border border-line bg-surface shadow-card">
        <table className="w-full text-sm">
          <thead>
            <tr className="border-line border-b text-left text-muted text-xs">
              {columns.map((column) => (
                <th
                  key={column}
                  scope="col"
                  className="whitespace-nowrap px-4 py-2 font-medium last:hidden sm:last:table-cell"
                >
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="divide-y divide-line">{children}</tbody>
        </table>
      </div>
      {note && <p className="text-muted text-sm">{note}</p>}
    </section>
  );
}
