import { Progress } from "@/ui/progress";

interface TwoPhaseBarProps {
  label: string;
  /** What is on its way to the server, or being made of it there. */
  phase: "upload" | "preparation";
  percent: number;
}

/** One bar for the whole way of a file: a third for the upload, the rest for the preparation. */
export function TwoPhaseBar({ label, phase, percent }: TwoPhaseBarProps) {
  const isUpload = phase === "upload";
  return (
    <div className="flex gap-1">
      <div className="flex-1">
        {isUpload ? <Progress label={label} percent={percent} /> : <Stretch filled />}
      </div>
      <div className="flex-2">
        {isUpload ? <Stretch /> : <Progress label={label} percent={percent} />}
      </div>
    </div>
  );
}

function Stretch({ filled = false }: { filled?: boolean }) {
  return <div aria-hidden className={`h-1.5 rounded-full ${filled ? "bg-accent" : "bg-sunken"}`} />;
}
