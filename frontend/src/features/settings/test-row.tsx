import type { ReactNode } from "react";
import { Button, type ButtonProps } from "@/ui/button";

interface TestRowProps extends ButtonProps {
  icon: ReactNode;
  outcome: ReactNode;
}

/** A button that tries what is chosen in the form, with what came of it beside. */
export function TestRow({ icon, outcome, children, ...button }: TestRowProps) {
  return (
    <div className="flex min-h-8 flex-wrap items-center gap-x-4 gap-y-2">
      <Button size="sm" {...button}>
        {!button.busy && icon}
        {children}
      </Button>
      <div className="min-w-0 flex-1 basis-56">{outcome}</div>
    </div>
  );
}
