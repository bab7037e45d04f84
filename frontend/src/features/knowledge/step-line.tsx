import { timeLeft } from "@/lib/time";

interface StepLineProps {
  step: string;
  secondsLeft: number | null | undefined;
  percent?: number;
}

/** "Learning the meaning · about 12 s left", and how much of it is done. */
export function StepLine({ step, secondsLeft, percent }: StepLineProps) {
  const left = timeLeft(secondsLeft);
  return (
    <p className="flex justify-between gap-3 text-muted text-xs">
      <span className="min-w-0 truncate">
        {step}
        {left && ` · ${left}`}
      </span>
      {percent !== undefined && <span className="shrink-0 tabular-nums">{percent} %</span>}
    </p>
  );
}
