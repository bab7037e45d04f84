import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { SettingsScreen } from "@/features/settings/settings-screen";
import { cloneQuery, settingsQuery } from "@/lib/queries/clones";
import { ErrorState } from "@/ui/error-state";
import { Page } from "@/ui/page";
import { SkeletonList } from "@/ui/skeleton";

const route = getRouteApi("/member/clones/$cloneId/settings");

export function SettingsPage() {
  const { cloneId } = route.useParams();
  const { tab = "persona" } = route.useSearch();
  const navigate = route.useNavigate();
  const clone = useQuery(cloneQuery(cloneId));
  const settings = useQuery(settingsQuery(cloneId));
  const failed = clone.error ? clone : settings;

  if (failed.error) {
    return (
      <Page title="Settings" width="narrow">
        <ErrorState
          title="The settings could not be loaded"
          error={failed.error}
          onRetry={failed.refetch}
        />
      </Page>
    );
  }
  if (!clone.data || !settings.data) {
    return (
      <Page title="Settings" width="narrow">
        <SkeletonList label="Loading the settings" />
      </Page>
    );
  }
  return (
    <SettingsScreen
      key={cloneId}
      clone={clone.data}
      settings={settings.data}
      tab={tab}
      onTab={(next) => navigate({ search: { tab: next }, replace: true })}
    />
  );
}
