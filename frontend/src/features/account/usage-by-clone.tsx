import type { CloneUsage } from "@/lib/api/types";
import { dollars } from "@/lib/money";

/** The dearest first, as the API has them. */
export function UsageByClone({ rows }: { rows: CloneUsage[] }) {
  return (
    <table className="w-full text-left text-sm">
      <caption className="sr-only">By clone</caption>
      <thead className="text-muted">
        <tr className="border-line border-b">
          <th scope="col" className="py-2 font-medium">
            Clone
          </th>
          {["Replies", "Tokens", "Cost"].map((name) => (
            <th key={name} scope="col" className="py-2 pl-3 text-right font-medium">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="tabular-nums">
        {rows.map((row) => (
          <tr key={row.clone_id ?? "tests"} className="border-line border-b last:border-0">
            <th scope="row" className="break-words py-2 font-normal">
              {row.name ?? <span className="text-muted">{nameless(row)}</span>}
            </th>
            <td className="py-2 pl-3 text-right">{row.replies.toLocaleString()}</td>
            <td className="py-2 pl-3 text-right">
              {(row.prompt_tokens + row.completion_tokens).toLocaleString()}
            </td>
            <td className="py-2 pl-3 text-right">{dollars(row.cost_usd)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const nameless = (row: CloneUsage) =>
  row.clone_id ? "A clone that is gone" : "Tests of providers";
