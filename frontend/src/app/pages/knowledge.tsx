import { getRouteApi } from "@tanstack/react-router";
import { KnowledgeScreen } from "@/features/knowledge/knowledge-screen";

const route = getRouteApi("/member/clones/$cloneId/knowledge");

export function KnowledgePage() {
  const { cloneId } = route.useParams();
  const { document, show, q, page = 1 } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <KnowledgeScreen
      key={cloneId}
      cloneId={cloneId}
      filter={{ standing: show, search: q, page: page - 1 }}
      onFilter={({ standing, search, page: chosen }) =>
        navigate({
          search: { show: standing, q: search, page: chosen ? chosen + 1 : undefined },
          replace: true,
        })
      }
      documentId={document}
      onOpen={(id) => navigate({ search: (before) => ({ ...before, document: id }) })}
    />
  );
}
