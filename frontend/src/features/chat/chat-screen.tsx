import { lazy, type ReactNode, Suspense, useEffect, useRef, useState } from "react";
import type { Clone } from "@/lib/api/types";
import { cn } from "@/lib/cn";
import { useShortcut } from "@/lib/shortcut";
import { ErrorState } from "@/ui/error-state";
import { SkeletonList } from "@/ui/skeleton";
import { ChatHeader } from "./chat-header";
import { Composer } from "./composer";
import { newThread } from "./drafts";
import { Greeting } from "./greeting";
import { JumpToLatest } from "./jump-to-latest";
import { LiveTurn } from "./live-turn";
import type { OpenSources } from "./open-sources";
import { ReplyAnnouncer } from "./reply-announcer";
import { SavedMessages } from "./saved-messages";
import { stop } from "./turns";
import { useConversation } from "./use-conversation";
import { useSpeech } from "./use-speech";
import { useStickToBottom } from "./use-stick-to-bottom";

const SourcesPanel = lazy(() => import("./sources-panel"));

/** Messages and composer share one column, also where a scroll bar takes its room. */
const COLUMN = "mx-auto w-full max-w-3xl px-3 sm:px-4";
const GUTTER = "[scrollbar-gutter:stable_both-edges] [scrollbar-width:thin]";

interface ChatScreenProps {
  clone: Clone;
  conversationId: string | undefined;
  onConversation: (id: string) => Promise<void>;
  /** Shown beside the greeting of a new chat. */
  aside: ReactNode;
}

export function ChatScreen({ clone, conversationId, onConversation, aside }: ChatScreenProps) {
  const place = { cloneId: clone.id, conversationId, onConversation };
  const { saved, messages, turn, send } = useConversation(place);
  const [open, setOpen] = useState<OpenSources | null>(null);
  const composer = useRef<HTMLTextAreaElement>(null);
  const speech = useSpeech(clone.id, conversationId);
  const isEmpty = !conversationId && !turn;
  const scroll = useStickToBottom(conversationId ?? clone.id, { isEmpty });
  const stopAnswer = turn && !turn.isOver ? () => stop(turn.id) : undefined;

  const thread = conversationId ?? newThread(clone.id);

  // biome-ignore lint/correctness/useExhaustiveDependencies: opening a thread means to write in it
  useEffect(() => {
    // On a phone the keyboard would cover what one came to read.
    if (matchMedia("(hover: hover)").matches) composer.current?.focus();
  }, [thread]);

  useShortcut({ key: "Escape", shift: true }, () => composer.current?.focus());
  useShortcut({ key: "Escape", enabled: Boolean(stopAnswer) }, () => stopAnswer?.());

  const reply = { clone, speech, onOpen: setOpen };

  return (
    <div className="flex h-full min-h-0">
      <div className="relative flex min-w-0 flex-1 flex-col">
        <ChatHeader clone={clone} />
        <div
          ref={scroll.ref}
          onScroll={scroll.onScroll}
          className={cn("min-h-0 flex-1 overflow-y-auto", GUTTER)}
        >
          <div className={cn("flex min-h-full flex-col pt-6 pb-8", COLUMN)}>
            {isEmpty && <Greeting clone={clone} aside={aside} onAsk={send} />}
            {conversationId && saved.isPending && !turn && (
              <SkeletonList label="Loading messages" />
            )}
            {saved.error && (
              <ErrorState
                title="The conversation could not be loaded"
                error={saved.error}
                onRetry={saved.refetch}
              />
            )}
            <div
              role="log"
              aria-live="off"
              aria-label={`Conversation with ${clone.name}`}
              className="flex flex-col gap-7"
            >
              <SavedMessages messages={messages} onAskAgain={turn ? undefined : send} {...reply} />
              {turn && <LiveTurn turnId={turn.id} onAskAgain={send} {...reply} />}
            </div>
          </div>
        </div>
        <ReplyAnnouncer turnId={turn?.id} />
        <div className="relative">
          {scroll.away && <JumpToLatest onClick={scroll.toBottom} />}
          <div className={cn("-mt-2 overflow-hidden pt-2", GUTTER)}>
            <div className={cn("pb-3", COLUMN)}>
              {speech.element}
              <Composer
                ref={composer}
                thread={thread}
                cloneName={clone.name}
                onSend={send}
                onStop={stopAnswer}
              />
            </div>
          </div>
        </div>
      </div>
      <Suspense>{open && <SourcesPanel clone={clone} open={open} onChange={setOpen} />}</Suspense>
    </div>
  );
}
