import { getRouteApi } from "@tanstack/react-router";
import { NewCloneScreen } from "@/features/wizard/new-clone-screen";

const route = getRouteApi("/member/clones/new");

export function NewClonePage() {
  const { step = "identity", template } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <NewCloneScreen
      key={template}
      step={step}
      template={template}
      onStep={(next) => navigate({ search: { step: next, template } })}
    />
  );
}
