import { type ErrorComponentProps, Link } from "@tanstack/react-router";
import { explain } from "@/lib/api/problem";

const LINK =
  "mt-3 inline-flex h-10 items-center rounded-md bg-accent px-4 font-medium text-on-accent text-sm hover:bg-accent-strong";

function Notice({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <main className="mx-auto flex min-h-[70dvh] max-w-md flex-col items-center justify-center gap-2 p-6 text-center">
      <h1 className="font-semibold text-2xl">{title}</h1>
      {children}
    </main>
  );
}

export function Pending() {
  return (
    <div role="status" className="grid min-h-[60dvh] place-items-center text-muted">
      Loading…
    </div>
  );
}

export function NotFound() {
  return (
    <Notice title="There is nothing here">
      <p className="text-muted">The address may be mistyped, or what it showed was deleted.</p>
      <Link to="/" className={LINK}>
        Back to your clones
      </Link>
    </Notice>
  );
}

export function Broken({ error, reset }: ErrorComponentProps) {
  return (
    <Notice title="This page could not be shown">
      <p className="text-muted">{explain(error)}</p>
      <button type="button" onClick={reset} className={LINK}>
        Try again
      </button>
    </Notice>
  );
}
