import { cn } from "@/lib/cn";
import { STEPS, type Step } from "./steps";

interface StepperProps {
  current: Step;
  onStep: (step: Step) => void;
}

export function Stepper({ current, onStep }: StepperProps) {
  const position = STEPS.findIndex(({ id }) => id === current);
  return (
    <nav aria-label="Steps">
      <ol className="flex flex-wrap gap-x-6 gap-y-2">
        {STEPS.map(({ id, label }, index) => (
          <li key={id}>
            <button
              type="button"
              onClick={() => onStep(id)}
              aria-current={id === current ? "step" : undefined}
              className="flex items-center gap-2 rounded-md py-1 text-muted text-sm hover:text-ink aria-[current]:font-medium aria-[current]:text-ink"
            >
              <span
                className={cn(
                  "inline-flex size-6 items-center justify-center rounded-full border text-xs",
                  index <= position ? "border-accent bg-accent text-on-accent" : "border-field",
                )}
              >
                {index + 1}
              </span>
              {label}
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}
