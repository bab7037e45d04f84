import { Link } from "@tanstack/react-router";
import { ArrowRight } from "lucide-react";
import { TEMPLATES } from "@/lib/clone-templates";
import { Avatar } from "@/ui/avatar";

export function TemplateCards() {
  return (
    <section aria-labelledby="templates-title" className="flex flex-col gap-4">
      <div>
        <h2 id="templates-title" className="font-semibold text-lg">
          Make your first clone
        </h2>
        <p className="text-muted">
          Start from one of these, or from nothing. All of it can be changed.
        </p>
      </div>
      <ul className="grid gap-4 md:grid-cols-3">
        {TEMPLATES.map((template) => (
          <li key={template.id}>
            <Link
              to="/clones/new"
              search={{ template: template.id }}
              className="group flex h-full flex-col gap-3 rounded-lg border border-line bg-surface p-5 shadow-card transition-colors hover:border-accent"
            >
              <Avatar name={template.name} />
              <span className="font-display font-semibold text-lg">{template.name}</span>
              <span className="text-muted text-sm">{template.bio}</span>
              <span className="mt-auto inline-flex items-center gap-1 font-medium text-accent text-sm">
                Start from this
                <ArrowRight
                  aria-hidden
                  className="size-4 transition-transform group-hover:translate-x-0.5"
                />
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
