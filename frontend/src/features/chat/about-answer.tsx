import type { RefObject } from "react";
import { Popover } from "@/ui/popover";
import type { Circumstance } from "./circumstances";
import type { Origin } from "./reply";
import { UsageLine } from "./usage-line";

interface AboutAnswerProps {
  circumstances: Circumstance[];
  origin: Origin;
  anchor: RefObject<HTMLElement | null>;
  onClose: () => void;
}

/** How a reply came about, in whole sentences: why, by whom, and at what price. */
export default function AboutAnswer({ circumstances, origin, ...place }: AboutAnswerProps) {
  const { provider, model, usage } = origin;
  return (
    <Popover label="About this answer" {...place}>
      {circumstances.map(({ label, why }) => (
        <p key={label}>{why}</p>
      ))}
      {provider && (
        <div className="border-line border-t pt-2 text-muted">
          <p>Written by {[provider, model].filter(Boolean).join(", ")}</p>
          <UsageLine usage={usage} />
        </div>
      )}
    </Popover>
  );
}
