import { TriangleAlert } from "lucide-react";
import type { Document } from "@/lib/api/types";
import { isUnderWay, STAGE_NAMES } from "@/lib/document-stages";
import { refreshName } from "@/lib/refresh";
import { fileSize, plural, sentence } from "@/lib/text";
import { dateTime } from "@/lib/time";
import { Badge } from "@/ui/badge";
import { Progress } from "@/ui/progress";
import { StepLine } from "./step-line";
import { TwoPhaseBar } from "./two-phase-bar";

/** How far a document is, or what became of it and why. */
export function DocumentState({ document }: { document: Document }) {
  if (isUnderWay(document)) return <UnderWay document={document} />;
  if (document.status === "failed") {
    return (
      <p className="mt-0.5 break-words text-danger text-sm">
        {sentence(document.error_message ?? "It could not be read")}
      </p>
    );
  }
  return <Outcome document={document} />;
}

function UnderWay({ document }: { document: Document }) {
  const { stage, progress_percentage, seconds_left, source_type, title, error_message } = document;
  const label = `${title}: ${STAGE_NAMES[stage]}`;
  return (
    <div className="mt-1 flex flex-col gap-1">
      <StepLine
        step={STAGE_NAMES[stage]}
        secondsLeft={seconds_left}
        percent={progress_percentage}
      />
      {source_type === "file" ? (
        <TwoPhaseBar label={label} phase="preparation" percent={progress_percentage} />
      ) : (
        <Progress label={label} percent={progress_percentage} />
      )}
      {error_message && <Warning>{error_message}</Warning>}
    </div>
  );
}

function Outcome({ document }: { document: Document }) {
  const { status, error_message, source_type } = document;
  const isReady = status === "completed";
  return (
    <>
      <div className="mt-1 flex flex-wrap items-center gap-x-2.5 gap-y-1 text-muted text-xs">
        {status === "completed" ? <Badge tone="ok">Ready</Badge> : <Badge>Not in the memory</Badge>}
        <span>{fileSize(document.size_bytes)}</span>
        {document.page_count ? <span>{plural(document.page_count, "page")}</span> : null}
        <span>{plural(document.chunk_count, "passage")}</span>
        {source_type === "url" && <span>{lastChecked(document)}</span>}
      </div>
      {isReady && error_message && <Warning>{error_message}</Warning>}
    </>
  );
}

function Warning({ children }: { children: string }) {
  return (
    <p className="mt-1 flex gap-1.5 break-words text-sm text-warn">
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      {children}
    </p>
  );
}

function lastChecked({ checked_at, refresh_interval_hours }: Document): string {
  const interval = refreshName(refresh_interval_hours);
  return checked_at ? `fetched ${dateTime(checked_at)}, ${interval}` : interval;
}
