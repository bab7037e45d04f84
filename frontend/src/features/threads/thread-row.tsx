import { Link } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import type { Conversation } from "@/lib/api/types";
import { cn } from "@/lib/cn";

const ThreadMenu = lazy(() => import("./thread-menu"));

interface ThreadRowProps {
  conversation: Conversation;
  current: boolean;
  onRename: (conversation: Conversation) => void;
  onDelete: (conversation: Conversation) => void;
}

export function ThreadRow({ conversation, current, onRename, onDelete }: ThreadRowProps) {
  const title = conversation.title || "New chat";
  return (
    <li
      className={cn(
        "group flex items-center rounded-md hover:bg-surface",
        current && "bg-surface shadow-card",
      )}
    >
      <Link
        to="/chat/$cloneId/{-$conversationId}"
        params={{ cloneId: conversation.clone_id, conversationId: conversation.id }}
        aria-current={current ? "page" : undefined}
        className="min-w-0 flex-1 truncate rounded-md px-2 py-1.5 text-sm"
      >
        {title}
      </Link>
      <Suspense fallback={<span className="mr-1 size-7 shrink-0" />}>
        <ThreadMenu
          title={title}
          onRename={() => onRename(conversation)}
          onDelete={() => onDelete(conversation)}
        />
      </Suspense>
    </li>
  );
}
