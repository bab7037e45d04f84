import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { ChatScreen } from "@/features/chat/chat-screen";
import { FirstRunChecklist } from "@/features/first-run/checklist";
import { cloneQuery, isBusy } from "@/lib/queries/clones";
import { ErrorState } from "@/ui/error-state";
import { Page } from "@/ui/page";
import { SkeletonList } from "@/ui/skeleton";

const PREPARING_POLL_MS = 2_000;

const route = getRouteApi("/member/chat/$cloneId/{-$conversationId}");

export function ChatPage() {
  const { cloneId, conversationId } = route.useParams();
  const navigate = route.useNavigate();
  const {
    data: clone,
    error,
    refetch,
  } = useQuery({
    ...cloneQuery(cloneId),
    refetchInterval: ({ state }) => state.data && isBusy(state.data) && PREPARING_POLL_MS,
  });

  if (error) {
    return (
      <Page title="Chat" width="narrow">
        <ErrorState title="This clone could not be loaded" error={error} onRetry={refetch} />
      </Page>
    );
  }
  if (!clone) {
    return (
      <div className="mx-auto max-w-3xl p-8">
        <SkeletonList label="Loading the chat" />
      </div>
    );
  }
  return (
    <ChatScreen
      key={clone.id}
      clone={clone}
      conversationId={conversationId}
      onConversation={(id) => navigate({ params: { cloneId, conversationId: id }, replace: true })}
      aside={<FirstRunChecklist cloneId={clone.id} />}
    />
  );
}
