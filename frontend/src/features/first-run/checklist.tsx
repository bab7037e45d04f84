import { Link } from "@tanstack/react-router";
import { Check, X } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";
import { dismissFirstRun, type FirstRunStep, useFirstRun } from "@/lib/first-run";
import { IconButton } from "@/ui/icon-button";

const LINK = "font-medium text-accent underline underline-offset-2";

/** Three things that show a new account what this is; each ticks itself off. */
export function FirstRunChecklist({ cloneId }: { cloneId: string }) {
  const { active, done } = useFirstRun();
  if (!active) return null;
  return (
    <section
      aria-label="First steps"
      className="rounded-lg border border-line bg-surface p-4 text-left shadow-card"
    >
      <div className="mb-2 flex items-center justify-between">
        <h2 className="font-semibold">First steps</h2>
        <IconButton label="Dismiss the first steps" onClick={dismissFirstRun}>
          <X aria-hidden />
        </IconButton>
      </div>
      <ul className="flex flex-col gap-2.5 text-sm">
        <Step step="ask" done={done}>
          Ask something below, and open a source
        </Step>
        <Step step="name" done={done}>
          <Link to="/clones/new" className={LINK}>
            Name your clone
          </Link>
        </Step>
        <Step step="file" done={done}>
          <Link to="/clones/$cloneId/knowledge" params={{ cloneId }} className={LINK}>
            Drop a file
          </Link>{" "}
          and watch it become ready
        </Step>
      </ul>
    </section>
  );
}

interface StepProps {
  step: FirstRunStep;
  done: FirstRunStep[];
  children: ReactNode;
}

function Step({ step, done, children }: StepProps) {
  const isDone = done.includes(step);
  return (
    <li className="flex items-start gap-2.5">
      <span
        className={cn(
          "mt-px inline-flex size-4.5 shrink-0 items-center justify-center rounded-full border",
          isDone ? "border-accent bg-accent text-on-accent" : "border-field",
        )}
      >
        {isDone && <Check aria-hidden className="size-3" />}
      </span>
      <span className={cn(isDone && "text-muted line-through")}>{children}</span>
      {isDone && <span className="sr-only">(done)</span>}
    </li>
  );
}
