import { useQuery } from "@tanstack/react-query";
import { cn } from "@/lib/cn";
import { countByStage, longestLeft, type StageCounts } from "@/lib/document-stages";
import { underWayQuery } from "@/lib/queries/documents";
import { plural } from "@/lib/text";
import { timeLeft } from "@/lib/time";

interface StageStepsProps {
  cloneId: string;
  ready: number;
}

interface Step {
  label: string;
  stages: (keyof StageCounts)[];
}

const STEPS: Step[] = [
  { label: "Wait", stages: ["queued"] },
  { label: "Read", stages: ["parsing"] },
  { label: "Split", stages: ["chunking"] },
  { label: "Learn", stages: ["embedding"] },
  { label: "Index", stages: ["indexing", "done"] },
];

/** How many documents are at each stage at this moment. */
export function StageSteps({ cloneId, ready }: StageStepsProps) {
  const { data: underWay = {} } = useQuery(underWayQuery(cloneId));
  const documents = Object.values(underWay);
  const counts = countByStage(documents);
  const inWork = documents.filter(({ stage }) => stage !== "queued");
  const left = timeLeft(longestLeft(inWork));
  return (
    <section aria-label="Stages" className="flex flex-col gap-3">
      <ol className="grid grid-cols-3 gap-2 sm:grid-cols-6 sm:gap-4">
        {STEPS.map(({ label, stages }) => (
          <Cell
            key={label}
            label={label}
            count={stages.reduce((sum, stage) => sum + counts[stage], 0)}
            look="working"
          />
        ))}
        <Cell label="Ready" count={ready} look="ready" />
      </ol>
      {inWork.length > 0 && (
        <p className="text-muted text-sm">
          {plural(inWork.length, "document")} in work{left && `, ${left}`}
          {counts.queued > 0 && `; ${counts.queued.toLocaleString()} waiting`}.
        </p>
      )}
    </section>
  );
}

const LOOKS = {
  working: "border-accent bg-tint text-accent",
  ready: "border-ok bg-ok-tint text-ok",
};

interface CellProps {
  label: string;
  count: number;
  look: keyof typeof LOOKS;
}

function Cell({ label, count, look }: CellProps) {
  return (
    <li
      className={cn(
        "relative flex flex-col items-center rounded-lg border px-2 py-3",
        "not-last:after:absolute not-last:after:top-1/2 not-last:after:-right-3 not-last:after:hidden not-last:after:-translate-y-1/2 not-last:after:text-muted not-last:after:content-['›'] sm:not-last:after:block",
        count > 0 ? LOOKS[look] : "border-line bg-surface text-muted",
      )}
    >
      <span className="text-sm">{label}</span>
      <span className="font-display font-semibold text-2xl tabular-nums">
        {count.toLocaleString()}
      </span>
    </li>
  );
}
