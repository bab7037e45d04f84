import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

interface PageProps {
  title: string;
  subtitle?: ReactNode;
  actions?: ReactNode;
  width?: "narrow" | "wide";
  children: ReactNode;
}

export function Page({ title, subtitle, actions, width = "wide", children }: PageProps) {
  return (
    <div
      className={cn(
        "mx-auto flex w-full flex-col gap-6 px-4 py-6 sm:px-8 sm:py-10",
        width === "narrow" ? "max-w-3xl" : "max-w-6xl",
      )}
    >
      <header className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <h1 className="own-direction break-words font-semibold text-2xl sm:text-3xl">{title}</h1>
          {subtitle && <div className="mt-1.5 text-muted">{subtitle}</div>}
        </div>
        {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
