import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { LayoutGrid, SquarePen } from "lucide-react";
import { lazy, Suspense } from "react";
import { CloneShelf } from "@/features/threads/clone-shelf";
import { ThreadList } from "@/features/threads/thread-list";
import { clonesQuery } from "@/lib/queries/clones";
import { useShortcut } from "@/lib/shortcut";
import { Button } from "@/ui/button";
import { Logo } from "@/ui/logo";

const AccountMenu = lazy(() => import("./account-menu"));
const CHAT = "/chat/$cloneId/{-$conversationId}";

export function Sidebar() {
  const { cloneId, conversationId } = useParams({ strict: false });
  const navigate = useNavigate();
  const startChat = useNewChat(cloneId);

  return (
    <nav aria-label="Main" className="flex h-full min-h-0 flex-col">
      <div className="hidden px-4 pt-4 pb-1 lg:block">
        <Link to="/" aria-label="CloneMemoria, your clones">
          <Logo />
        </Link>
      </div>
      <div className="flex flex-col gap-1 p-3">
        <Button align="start" onClick={startChat} aria-keyshortcuts="Control+Shift+O">
          <SquarePen aria-hidden />
          New chat
        </Button>
        <Button asChild variant="quiet" align="start">
          <Link to="/" activeOptions={{ exact: true, includeSearch: false }}>
            <LayoutGrid aria-hidden />
            All clones
          </Link>
        </Button>
      </div>
      <div className="flex min-h-0 flex-1 flex-col gap-5 overflow-y-auto px-3 pb-3">
        <CloneShelf current={cloneId} />
        <ThreadList
          current={conversationId}
          onDeleted={({ clone_id }) =>
            navigate({ to: CHAT, params: { cloneId: clone_id, conversationId: undefined } })
          }
        />
      </div>
      <Suspense fallback={<div className="h-15 border-line border-t" />}>
        <AccountMenu />
      </Suspense>
    </nav>
  );
}

/** A chat with the clone one is looking at, else with one's newest, else the choice of one. */
function useNewChat(current: string | undefined): () => void {
  const navigate = useNavigate();
  const { data: mine } = useQuery(clonesQuery({ scope: "mine" }));
  const cloneId = current ?? mine?.[0]?.id;
  const start = () => {
    if (cloneId) navigate({ to: CHAT, params: { cloneId, conversationId: undefined } });
    else navigate({ to: "/" });
  };
  useShortcut({ key: "o", mod: true, shift: true }, start);
  return start;
}
