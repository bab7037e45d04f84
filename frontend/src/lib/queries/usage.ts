import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api/client";

/** Of the calendar month so far, by UTC as the budgets are. */
export const usageOfMonthQuery = queryOptions({
  queryKey: ["usage", "month"],
  queryFn: ({ signal }) => {
    const days = new Date().getUTCDate();
    return unwrap(api.GET("/api/usage", { params: { query: { days } }, signal }));
  },
});
