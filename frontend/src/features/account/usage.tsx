import { useQuery } from "@tanstack/react-query";
import type { Usage as UsageReport } from "@/lib/api/types";
import { dollars } from "@/lib/money";
import { usageOfMonthQuery } from "@/lib/queries/usage";
import { ErrorState } from "@/ui/error-state";
import { SkeletonList } from "@/ui/skeleton";
import { Budgets } from "./budgets";
import { Card } from "./card";
import { UsageByClone } from "./usage-by-clone";

/** What one spent at providers this month, and how much may be. */
export function Usage() {
  const usage = useQuery(usageOfMonthQuery);
  return (
    <Card title="Usage this month">
      {usage.isPending && <SkeletonList label="Loading your usage" rows={2} />}
      {usage.isError && (
        <ErrorState
          title="Your usage could not be loaded"
          error={usage.error}
          onRetry={() => usage.refetch()}
        />
      )}
      {usage.data && <Report usage={usage.data} />}
    </Card>
  );
}

function Report({ usage }: { usage: UsageReport }) {
  return (
    <>
      <Budgets budgets={usage.budgets} />
      {usage.by_clone.length === 0 ? (
        <p className="text-muted">Nothing yet. What your questions cost will be listed here.</p>
      ) : (
        <>
          <Totals totals={usage.totals} />
          <Unpriced usage={usage} />
          <UsageByClone rows={usage.by_clone} />
        </>
      )}
    </>
  );
}

function Totals({ totals }: { totals: UsageReport["totals"] }) {
  const facts = [
    ["Cost", dollars(totals.cost_usd)],
    ["Replies", totals.replies.toLocaleString()],
    ["Tokens read", totals.prompt_tokens.toLocaleString()],
    ["Tokens written", totals.completion_tokens.toLocaleString()],
    ...(totals.characters ? [["Characters spoken", totals.characters.toLocaleString()]] : []),
  ];
  return (
    <dl className="grid grid-cols-2 gap-4 sm:flex sm:flex-wrap sm:gap-x-10">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt className="text-muted text-sm">{name}</dt>
          <dd className="font-semibold text-lg tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A sum that lacks something must say so. */
function Unpriced({ usage }: { usage: UsageReport }) {
  const unpriced = usage.by_provider.filter((row) => !row.is_priced);
  if (unpriced.length === 0) return null;
  const names = unpriced.map(({ provider, model }) => `${model} (${provider})`).join(", ");
  return (
    <p className="rounded-lg bg-warn-tint px-4 py-3 text-sm">
      Not in the sum, for lack of a price: {names}.
    </p>
  );
}
