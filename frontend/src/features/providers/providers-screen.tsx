import { useQuery } from "@tanstack/react-query";
import { Plug } from "lucide-react";
import { useId } from "react";
import type { Provider, ProviderKind } from "@/lib/api/types";
import { providersQuery } from "@/lib/queries/providers";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { Page } from "@/ui/page";
import { SkeletonList } from "@/ui/skeleton";
import { Dependencies } from "./dependencies";
import { ProviderCard } from "./provider-card";

/** Only while the page is looked at. */
const REFETCH_MS = 30_000;

const GROUPS: { kind: ProviderKind; title: string; about: string }[] = [
  { kind: "llm", title: "Language models", about: "They write the answers." },
  { kind: "embedding", title: "Embeddings", about: "They find passages by their meaning." },
  { kind: "tts", title: "Speech", about: "They read answers aloud." },
  { kind: "vector_store", title: "Vector store", about: "It keeps what embeddings make." },
];

export function ProvidersScreen() {
  const { data, error, refetch, isPending } = useQuery({
    ...providersQuery,
    staleTime: 0,
    refetchInterval: REFETCH_MS,
  });
  return (
    <Page title="Providers" subtitle="What the clones here run on, and how each part is doing now.">
      <div className="flex flex-col gap-10">
        <Dependencies refetchMs={REFETCH_MS} />
        {isPending && <SkeletonList label="Loading the providers" className="h-36" rows={3} />}
        {error && (
          <ErrorState title="The providers could not be listed" error={error} onRetry={refetch} />
        )}
        {data &&
          GROUPS.map((group) => <Group key={group.kind} {...group} providers={data[group.kind]} />)}
      </div>
    </Page>
  );
}

interface GroupProps {
  kind: ProviderKind;
  title: string;
  about: string;
  providers: Provider[];
}

function Group({ kind, title, about, providers }: GroupProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="flex flex-col gap-3">
      <div>
        <h2 id={id} className="font-semibold text-lg">
          {title}
        </h2>
        <p className="text-muted text-sm">{about}</p>
      </div>
      {providers.length === 0 ? (
        <EmptyState icon={<Plug aria-hidden />} title="None is installed">
          A package can add one; the documentation of providers says how.
        </EmptyState>
      ) : (
        <ul className="grid grid-cols-[repeat(auto-fill,minmax(min(21rem,100%),1fr))] gap-4">
          {providers.map((provider) => (
            <ProviderCard key={provider.name} kind={kind} provider={provider} />
          ))}
        </ul>
      )}
    </section>
  );
}
