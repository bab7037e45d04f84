import { CircleAlert, CircleCheck } from "lucide-react";
import { explain } from "@/lib/api/problem";
import type { ProviderTest } from "@/lib/api/types";
import { elapsed, sentence } from "@/lib/text";

interface TestOutcomeProps {
  result: ProviderTest | undefined;
  error: unknown;
}

/** How a test of a provider ended; read aloud when it comes. */
export function TestOutcome({ result, error }: TestOutcomeProps) {
  return <Outcome text={result && answered(result)} error={error} />;
}

/** The same for a test that has words of its own. */
export function Outcome({ text, error }: { text: string | undefined; error: unknown }) {
  return (
    // Empty, it takes no room; hidden, a screen reader would not notice when it is filled.
    <div role="status" className="text-sm empty:absolute">
      {error ? (
        <p className="flex gap-2 text-danger">
          <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
          <span className="min-w-0 break-words">{sentence(explain(error))}</span>
        </p>
      ) : (
        text && (
          <p className="flex gap-2">
            <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-ok" />
            <span className="min-w-0 break-words">{text}</span>
          </p>
        )
      )}
    </div>
  );
}

function answered({ latency_ms, first_token_ms, reply }: ProviderTest): string {
  const first = first_token_ms ? `, the first word after ${elapsed(first_token_ms)}` : "";
  const words = reply ? `: “${reply}”` : ".";
  return `Answered in ${elapsed(latency_ms)}${first}${words}`;
}
