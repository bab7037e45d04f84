import type { Message } from "@/lib/api/types";
import { dollars } from "@/lib/money";
import { plural } from "@/lib/text";

/** What a reply took; without a cost where it was free, or nobody knows a price. */
export function UsageLine({ usage }: Pick<Message, "usage">) {
  if (!usage) return null;
  const { prompt_tokens, completion_tokens, cost_usd } = usage;
  return (
    <p className="text-muted">
      {plural(prompt_tokens, "token")} read, {completion_tokens.toLocaleString()} written
      {cost_usd > 0 && `, ${dollars(cost_usd)}`}
    </p>
  );
}
