import { getRouteApi } from "@tanstack/react-router";
import { GalleryScreen } from "@/features/gallery/gallery-screen";

const route = getRouteApi("/member/");

export function GalleryPage() {
  const { tab = "mine", q, category } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <GalleryScreen
      filter={{ scope: tab, search: q, category }}
      onFilter={({ scope, search, category }) =>
        navigate({
          search: { tab: scope === "mine" ? undefined : scope, q: search || undefined, category },
          replace: true,
        })
      }
    />
  );
}
