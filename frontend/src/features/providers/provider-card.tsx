import { Zap } from "lucide-react";
import { useId } from "react";
import type { Provider, ProviderKind } from "@/lib/api/types";
import { useProviderTest } from "@/lib/queries/providers";
import { sentence } from "@/lib/text";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { TestOutcome } from "@/ui/test-outcome";
import { Offers } from "./offers";
import { standingOf } from "./standing";

interface ProviderCardProps {
  kind: ProviderKind;
  provider: Provider & { voices?: string[] };
}

export function ProviderCard({ kind, provider }: ProviderCardProps) {
  const id = useId();
  const { tone, label, why } = standingOf(provider);
  return (
    <li>
      <article
        aria-labelledby={id}
        className="flex h-full flex-col gap-3 rounded-lg border border-line bg-surface p-5 shadow-card"
      >
        <header className="flex flex-wrap items-center gap-2">
          <h3 id={id} className="mr-auto min-w-0 break-words font-semibold text-[1.0625rem]">
            {provider.name}
          </h3>
          {provider.is_default && <Badge tone="accent">Default</Badge>}
          <Badge tone={tone}>{label}</Badge>
        </header>
        {why && <p className="text-sm">{why}</p>}
        {provider.hint && (
          <p className="break-words text-muted text-sm">{sentence(provider.hint)}</p>
        )}
        <Offers kind={kind} provider={provider} />
        {provider.configured && <TestNow kind={kind} name={provider.name} labelledBy={id} />}
      </article>
    </li>
  );
}

interface TestNowProps {
  kind: ProviderKind;
  name: string;
  labelledBy: string;
}

function TestNow({ kind, name, labelledBy }: TestNowProps) {
  const id = useId();
  const test = useProviderTest(kind, name);
  return (
    <div className="mt-auto flex flex-col items-start gap-2 pt-1">
      <Button
        id={id}
        size="sm"
        aria-labelledby={`${id} ${labelledBy}`}
        busy={test.isPending}
        onClick={() => test.mutate({})}
      >
        {!test.isPending && <Zap aria-hidden />}
        Test now
      </Button>
      <TestOutcome result={test.data} error={test.error} />
    </div>
  );
}
