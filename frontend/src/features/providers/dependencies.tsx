import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import type { RagHealth, Readiness } from "@/lib/api/types";
import { ragHealthQuery, readinessQuery } from "@/lib/queries/providers";
import { Badge, type Tone } from "@/ui/badge";
import { ErrorState } from "@/ui/error-state";
import { Skeleton } from "@/ui/skeleton";

interface Words {
  tone: Tone;
  label: string;
}

const DATABASE: Record<Readiness["database"], Words> = {
  connected: { tone: "ok", label: "Connected" },
  disconnected: { tone: "danger", label: "Not reachable" },
};

const WORKER: Record<Readiness["worker"], Words> = {
  ok: { tone: "ok", label: "Working" },
  disconnected: { tone: "danger", label: "Not connected" },
  stalled: { tone: "danger", label: "Documents wait, nobody reads them" },
  unknown: { tone: "neutral", label: "Not known" },
};

const SEARCH: Record<RagHealth["retrieval"], Words> = {
  hybrid: { tone: "ok", label: "By meaning and by words" },
  lexical: { tone: "warn", label: "By words alone" },
  unavailable: { tone: "danger", label: "Not possible" },
};

/** Where there is none, each process keeps circuits and limits for itself, and nothing is amiss. */
const REDIS: Record<Exclude<RagHealth["redis"], "unused">, Words> = {
  connected: { tone: "ok", label: "Connected" },
  away: { tone: "warn", label: "Away: each server on its own" },
};

/** What every answer here needs besides a provider. */
export function Dependencies({ refetchMs }: { refetchMs: number }) {
  const id = useId();
  const watched = { staleTime: 0, refetchInterval: refetchMs };
  const ready = useQuery({ ...readinessQuery, ...watched });
  const rag = useQuery({ ...ragHealthQuery, ...watched });
  const failed = ready.error ? ready : rag;
  const redis = rag.data?.redis;
  return (
    <section aria-labelledby={id} className="flex flex-col gap-3">
      <h2 id={id} className="font-semibold text-lg">
        This server
      </h2>
      {failed.error ? (
        <ErrorState
          title="Its health could not be read"
          error={failed.error}
          onRetry={failed.refetch}
        />
      ) : (
        <dl className="grid gap-px overflow-hidden rounded-lg border border-line bg-line shadow-card lg:auto-cols-fr lg:grid-flow-col">
          <Part name="Database" words={ready.data && DATABASE[ready.data.database]} />
          <Part name="Reading documents" words={ready.data && WORKER[ready.data.worker]} />
          <Part name="Search" words={rag.data && SEARCH[rag.data.retrieval]} />
          {redis && redis !== "unused" && <Part name="Redis" words={REDIS[redis]} />}
        </dl>
      )}
    </section>
  );
}

function Part({ name, words }: { name: string; words: Words | undefined }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-2 bg-surface px-5 py-4 lg:flex-col lg:items-start">
      <dt className="font-medium text-sm">{name}</dt>
      <dd>
        {words ? (
          <Badge tone={words.tone}>{words.label}</Badge>
        ) : (
          <Skeleton className="h-5 w-20 rounded-full" />
        )}
      </dd>
    </div>
  );
}
