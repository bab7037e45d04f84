import type { Budget } from "@/lib/api/types";
import { dollars } from "@/lib/money";
import { Progress } from "@/ui/progress";

const NAMES: Record<Budget["name"], string> = {
  tokens_per_day: "Tokens of replies today",
  usd_per_month: "Dollars this month",
};

const RENEWAL = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export function Budgets({ budgets }: { budgets: Budget[] }) {
  return budgets.map((budget) => <BudgetBar key={budget.name} budget={budget} />);
}

function BudgetBar({ budget }: { budget: Budget }) {
  const { name, limit, used, renews_at } = budget;
  const isUsedUp = used >= limit;
  const amount = name === "usd_per_month" ? dollars : (tokens: number) => tokens.toLocaleString();
  return (
    <div className="flex flex-col gap-1.5 text-sm">
      <p className="flex flex-wrap justify-between gap-x-4">
        <span className="font-medium">{NAMES[name]}</span>
        <span className="tabular-nums">
          {amount(used)} of {amount(limit)}
        </span>
      </p>
      <Progress label={NAMES[name]} percent={Math.min(100, (100 * used) / limit)} />
      <p className={isUsedUp ? "text-danger" : "text-muted"}>
        {isUsedUp && "Used up. "}Renews on {RENEWAL.format(new Date(renews_at))}
      </p>
    </div>
  );
}
