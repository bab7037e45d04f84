import { getRouteApi } from "@tanstack/react-router";
import { UploadQueue } from "@/features/knowledge/upload-queue";
import { MemoryScreen } from "@/features/memory/memory-screen";
import { Reembedding } from "@/features/settings/reembedding";

const route = getRouteApi("/member/clones/$cloneId/memory");

export function MemoryPage() {
  const { cloneId } = route.useParams();
  const navigate = route.useNavigate();
  const open = (document: string) =>
    navigate({ to: "/clones/$cloneId/knowledge", params: { cloneId }, search: { document } });
  return (
    <MemoryScreen
      key={cloneId}
      cloneId={cloneId}
      uploads={<UploadQueue cloneId={cloneId} onOpen={open} />}
      reembedding={<Reembedding cloneId={cloneId} />}
      onOpen={open}
    />
  );
}
