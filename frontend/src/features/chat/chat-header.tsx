import { Link } from "@tanstack/react-router";
import { BookOpen, Settings2 } from "lucide-react";
import type { Clone } from "@/lib/api/types";
import { useOwns } from "@/lib/session";
import { plural } from "@/lib/text";
import { Avatar } from "@/ui/avatar";
import { Button } from "@/ui/button";

export function ChatHeader({ clone }: { clone: Clone }) {
  const own = useOwns(clone);
  const params = { cloneId: clone.id };
  return (
    <header className="flex h-14 shrink-0 items-center gap-3 border-line border-b px-4 sm:px-6">
      <Avatar name={clone.name} size="sm" />
      <div className="min-w-0 flex-1 leading-tight">
        <h1 className="truncate font-semibold text-base">{clone.name}</h1>
        <p className="truncate text-muted text-xs">
          {[clone.professional_title, plural(clone.document_count, "document")]
            .filter(Boolean)
            .join(" · ")}
        </p>
      </div>
      {own && (
        <nav aria-label={`About ${clone.name}`} className="flex gap-1">
          <Button asChild variant="ghost" size="sm">
            <Link to="/clones/$cloneId/knowledge" params={params} aria-label="Knowledge">
              <BookOpen aria-hidden />
              <span className="hidden sm:inline">Knowledge</span>
            </Link>
          </Button>
          <Button asChild variant="ghost" size="sm">
            <Link to="/clones/$cloneId/settings" params={params} aria-label="Settings">
              <Settings2 aria-hidden />
              <span className="hidden sm:inline">Settings</span>
            </Link>
          </Button>
        </nav>
      )}
    </header>
  );
}
