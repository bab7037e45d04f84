import { MessageSquareQuote, ShieldCheck, Sparkles } from "lucide-react";
import type { ReactNode } from "react";
import { Logo } from "@/ui/logo";
import { ThemeToggle } from "@/ui/theme-toggle";
import { Tooltips } from "@/ui/tooltip";

const POINTS = [
  { icon: Sparkles, text: "Make a clone: a name, a voice, a way of speaking." },
  { icon: MessageSquareQuote, text: "Give it documents. Every claim points at its source." },
  { icon: ShieldCheck, text: "It runs on your machine, also without a key or a network." },
];

export function AuthFrame({ children }: { children: ReactNode }) {
  return (
    <>
      <div className="grid min-h-dvh lg:grid-cols-[minmax(0,1fr)_minmax(0,1.1fr)]">
        <main className="flex flex-col px-6 py-6 sm:px-12">
          <div className="flex items-center justify-between">
            <Logo />
            <ThemeToggle />
          </div>
          <div className="mx-auto flex w-full max-w-sm flex-1 flex-col justify-center py-10">
            {children}
          </div>
        </main>
        <Showcase />
      </div>
      <Tooltips />
    </>
  );
}

/** What the product does, shown rather than told. */
function Showcase() {
  return (
    <aside
      aria-label="About CloneMemoria"
      className="hidden flex-col justify-center gap-10 border-line border-l bg-sunken px-16 py-12 lg:flex"
    >
      <figure className="max-w-lg rounded-xl border border-line bg-surface p-6 shadow-card">
        <blockquote className="text-lg leading-relaxed">
          “The warranty covers{" "}
          <mark className="rounded-sm bg-marker px-1 text-on-marker">parts for five years</mark>,
          labour for two.”
        </blockquote>
        <figcaption className="mt-3 text-muted text-sm">
          contract.pdf, page 12: the passage behind the answer, marked where it stands.
        </figcaption>
      </figure>
      <ul className="flex max-w-lg flex-col gap-4">
        {POINTS.map(({ icon: Icon, text }) => (
          <li key={text} className="flex items-start gap-3">
            <Icon aria-hidden className="mt-0.5 size-5 shrink-0 text-accent" />
            {text}
          </li>
        ))}
      </ul>
    </aside>
  );
}
