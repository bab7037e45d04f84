import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Clone } from "@/lib/api/types";
import { isBusy } from "@/lib/queries/clones";
import { memoryQuery } from "@/lib/queries/memory";
import { Badge } from "@/ui/badge";
import { badgeOf } from "./clone-badge";

const POLL_MS = 2_000;

/** How a clone's memory does; of one's own it leads to where one can watch and mend it. */
export function CloneStatus({ clone, own }: { clone: Clone; own: boolean }) {
  const { data } = useQuery({
    ...memoryQuery(clone.id),
    enabled: own && isBusy(clone),
    refetchInterval: POLL_MS,
  });
  const { tone, label } = badgeOf(clone, data?.progress_percentage);
  if (!own) return <Badge tone={tone}>{label}</Badge>;
  return (
    <Link
      to="/clones/$cloneId/memory"
      params={{ cloneId: clone.id }}
      className="rounded-full hover:underline"
    >
      <Badge tone={tone}>{label}</Badge>
    </Link>
  );
}
