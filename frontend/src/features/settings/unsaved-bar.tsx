import { explain } from "@/lib/api/problem";
import { Button } from "@/ui/button";

interface UnsavedBarProps {
  error: unknown;
  busy: boolean;
  onDiscard: () => void;
}

export function UnsavedBar({ error, busy, onDiscard }: UnsavedBarProps) {
  return (
    <section
      aria-label="Unsaved changes"
      className="sticky bottom-4 z-20 mt-8 flex animate-rise flex-wrap items-center gap-3 rounded-xl border border-line bg-surface p-3 pl-5 shadow-float"
    >
      <p role={error ? "alert" : "status"} className="min-w-0 flex-1 text-sm">
        {error ? <span className="text-danger">{explain(error)}</span> : "Unsaved changes"}
      </p>
      <Button variant="ghost" onClick={onDiscard} disabled={busy}>
        Discard
      </Button>
      <Button type="submit" variant="primary" busy={busy}>
        Save changes
      </Button>
    </section>
  );
}
