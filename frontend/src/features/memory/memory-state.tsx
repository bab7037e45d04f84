import { Link } from "@tanstack/react-router";
import { CircleAlert, CircleCheck, CircleDashed, LoaderCircle, Upload } from "lucide-react";
import type { ReactNode } from "react";
import type { MemoryStatus } from "@/lib/api/types";
import { cn } from "@/lib/cn";
import { plural } from "@/lib/text";
import { Button } from "@/ui/button";
import { Progress } from "@/ui/progress";
import { PrepareForm } from "./prepare-form";
import { RetryAll } from "./retry-all";

interface MemoryStateProps {
  cloneId: string;
  status: MemoryStatus;
}

/** In one sentence how the memory does, and what can be done about it. */
export function MemoryState({ cloneId, status }: MemoryStateProps) {
  const { rag_status, progress_percentage, documents } = status;
  switch (rag_status) {
    case "ready":
      return (
        <Card look="ready" title="Ready" note={readyNote(documents)}>
          {documents.total === 0 && <AddDocuments cloneId={cloneId} />}
        </Card>
      );
    case "initializing":
    case "maintenance":
      return (
        <Card
          look="working"
          title={TITLES[rag_status]}
          percent={progress_percentage}
          note={NOTES[rag_status]}
        >
          <Progress label="Preparation of the memory" percent={progress_percentage} />
        </Card>
      );
    case "error":
      return (
        <Card look="error" title="No document can answer" note={status.error_message}>
          <RetryAll cloneId={cloneId} />
        </Card>
      );
    default:
      return (
        <Card look="idle" {...IDLE[rag_status]}>
          <PrepareForm cloneId={cloneId} status={status} />
        </Card>
      );
  }
}

function AddDocuments({ cloneId }: { cloneId: string }) {
  return (
    <Button asChild variant="primary" className="self-start">
      <Link to="/clones/$cloneId/knowledge" params={{ cloneId }}>
        <Upload aria-hidden />
        Add documents
      </Link>
    </Button>
  );
}

const TITLES = { initializing: "Preparing", maintenance: "Re-indexing" };

const NOTES = {
  initializing: "Questions are answered from what is ready, and without documents until then.",
  maintenance:
    "The passages are learned anew for another embedding; meanwhile the old one answers.",
};

const IDLE = {
  pending: {
    title: "Not prepared yet",
    note: "Answers come without documents until the memory is prepared.",
  },
  disabled: {
    title: "The memory is off",
    note: "Answers come without documents. The documents are kept, and can be read again.",
  },
};

function readyNote({ total, completed, processing }: MemoryStatus["documents"]): string {
  if (total === 0) return "There are no documents yet: the first one you add is read at once.";
  const answering = `Answers come from ${plural(completed, "document")}`;
  return processing
    ? `${answering}; ${processing.toLocaleString()} more to come.`
    : `${answering}.`;
}

const LOOKS = {
  ready: { Icon: CircleCheck, colour: "text-ok", spin: false },
  working: { Icon: LoaderCircle, colour: "text-accent", spin: true },
  error: { Icon: CircleAlert, colour: "text-danger", spin: false },
  idle: { Icon: CircleDashed, colour: "text-muted", spin: false },
};

interface CardProps {
  look: keyof typeof LOOKS;
  title: string;
  /** Shown but not announced, as it changes all the time. */
  percent?: number;
  note: string | null;
  children?: ReactNode;
}

function Card({ look, title, percent, note, children }: CardProps) {
  const { Icon, colour, spin } = LOOKS[look];
  return (
    <section
      aria-label="State of the memory"
      className="flex flex-col gap-4 rounded-lg border border-line bg-surface p-5 shadow-card"
    >
      <div role="status" className="flex items-start gap-3">
        <Icon
          aria-hidden
          className={cn("mt-0.5 size-6 shrink-0", colour, spin && "motion-safe:animate-spin")}
        />
        <div className="min-w-0">
          <p className="font-display font-semibold text-lg">
            {title}
            {percent !== undefined && <span aria-hidden>: {percent} %</span>}
          </p>
          {note && <p className="break-words text-muted text-sm">{note}</p>}
        </div>
      </div>
      {children}
    </section>
  );
}
