import { lazy, Suspense, useRef, useState } from "react";
import { Badge } from "@/ui/badge";
import { circumstancesOf } from "./circumstances";
import type { Mode, Origin } from "./reply";

const AboutAnswer = lazy(() => import("./about-answer"));

interface ModeBadgeProps {
  mode: Mode;
  cites: boolean;
  origin: Origin;
}

/** How the reply came about: in a few words, and at a press in whole sentences. */
export function ModeBadge({ mode, cites, origin }: ModeBadgeProps) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const circumstances = circumstancesOf(mode, cites, origin);
  const summary = circumstances.map(({ label }) => label).join(", ");
  const about = { circumstances, origin, anchor: button, onClose: () => setOpen(false) };
  return (
    <>
      <button
        ref={button}
        type="button"
        aria-label={`About this answer: ${summary}`}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
        className="ml-2 inline-flex flex-wrap gap-1 rounded-full py-1"
      >
        {circumstances.map(({ tone, label }) => (
          <Badge key={label} tone={tone}>
            {label}
          </Badge>
        ))}
      </button>
      <Suspense>{isOpen && <AboutAnswer {...about} />}</Suspense>
    </>
  );
}
