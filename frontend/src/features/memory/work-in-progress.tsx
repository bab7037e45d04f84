import { useQuery } from "@tanstack/react-query";
import type { Document } from "@/lib/api/types";
import { STAGE_NAMES } from "@/lib/document-stages";
import { underWayQuery } from "@/lib/queries/documents";
import { plural } from "@/lib/text";
import { timeLeft } from "@/lib/time";
import { Progress } from "@/ui/progress";
import { TableFrame } from "./table-frame";

/** Those that wait all look the same. */
const ROWS_SHOWN = 50;

interface WorkInProgressProps {
  cloneId: string;
  onOpen: (documentId: string) => void;
}

/** Each document under way: where it is, how far, and how long it takes. */
export function WorkInProgress({ cloneId, onOpen }: WorkInProgressProps) {
  const { data: underWay = {} } = useQuery(underWayQuery(cloneId));
  const documents = Object.values(underWay).sort(furthestFirst);
  if (documents.length === 0) return null;
  const more = documents.length - ROWS_SHOWN;
  return (
    <TableFrame
      title="In preparation"
      columns={["Document", "Stage", "Done", "Time left"]}
      note={more > 0 && `and ${plural(more, "more document")}`}
    >
      {documents.slice(0, ROWS_SHOWN).map((document) => (
        <WorkRow key={document.id} document={document} onOpen={onOpen} />
      ))}
    </TableFrame>
  );
}

interface WorkRowProps {
  document: Document;
  onOpen: (documentId: string) => void;
}

function WorkRow({ document, onOpen }: WorkRowProps) {
  const { id, title, stage, progress_percentage, seconds_left } = document;
  return (
    <tr>
      <th scope="row" className="max-w-0 px-4 py-2.5 text-left font-medium">
        <button
          type="button"
          className="own-direction block max-w-full truncate hover:underline"
          title={title}
          onClick={() => onOpen(id)}
        >
          {title}
        </button>
      </th>
      <td className="w-px whitespace-nowrap px-4 py-2.5 text-muted">{STAGE_NAMES[stage]}</td>
      <td className="w-px px-4 py-2.5">
        <span className="flex w-14 items-center gap-2 tabular-nums sm:w-32">
          <span className="hidden flex-1 sm:block">
            <Progress label={`${title}: ${STAGE_NAMES[stage]}`} percent={progress_percentage} />
          </span>
          <span className="text-muted">{progress_percentage} %</span>
        </span>
      </td>
      <td className="hidden w-px whitespace-nowrap px-4 py-2.5 text-muted sm:table-cell">
        {timeLeft(seconds_left)}
      </td>
    </tr>
  );
}

function furthestFirst(one: Document, other: Document): number {
  const waiting = Number(one.stage === "queued") - Number(other.stage === "queued");
  return waiting || (one.id < other.id ? -1 : 1);
}
