import { getRouteApi } from "@tanstack/react-router";
import { KnowledgeScreen } from "@/features/knowledge/knowledge-screen";

const route = getRouteApi("/member/clones/$cloneId/knowledge");

export function KnowledgePage() {
  const { cloneId } = route.useParams();
  const { document } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <KnowledgeScreen
      key={cloneId}
      cloneId={cloneId}
      documentId={document}
      onOpen={(id) => navigate({ search: { document: id } })}
    />
  );
}
