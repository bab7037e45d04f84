import { Link } from "@tanstack/react-router";
import { BookOpen, MessageCircle, Settings2 } from "lucide-react";
import type { Clone } from "@/lib/api/types";
import { categoryLabel } from "@/lib/categories";
import { plural } from "@/lib/text";
import { Avatar } from "@/ui/avatar";
import { Button } from "@/ui/button";
import { CloneStatus } from "./clone-status";

export function CloneCard({ clone, own }: { clone: Clone; own: boolean }) {
  const params = { cloneId: clone.id };
  return (
    <li>
      <article
        aria-label={clone.name}
        className="flex h-full flex-col gap-4 rounded-lg border border-line bg-surface p-5 shadow-card"
      >
        <div className="flex items-start gap-3">
          <Avatar name={clone.name} />
          <div className="min-w-0 flex-1">
            <h2 className="truncate font-semibold text-[1.0625rem]">{clone.name}</h2>
            <p className="truncate text-muted text-sm">
              {clone.professional_title || categoryLabel(clone.category)}
            </p>
          </div>
          <CloneStatus clone={clone} own={own} />
        </div>
        <p className="line-clamp-2 min-h-10 text-sm">{clone.bio}</p>
        <p className="text-muted text-xs">
          {categoryLabel(clone.category)} · {plural(clone.document_count, "document")}
          {own && clone.is_published && " · published"}
        </p>
        <div className="mt-auto flex gap-1.5">
          <Button asChild size="sm" variant="primary">
            <Link to="/chat/$cloneId/{-$conversationId}" params={params}>
              <MessageCircle aria-hidden />
              Chat
            </Link>
          </Button>
          {own && (
            <>
              <Button asChild size="sm" variant="ghost">
                <Link to="/clones/$cloneId/knowledge" params={params}>
                  <BookOpen aria-hidden />
                  Knowledge
                </Link>
              </Button>
              <Button asChild size="sm" variant="ghost">
                <Link to="/clones/$cloneId/settings" params={params}>
                  <Settings2 aria-hidden />
                  Settings
                </Link>
              </Button>
            </>
          )}
        </div>
      </article>
    </li>
  );
}
