const DAY = 24;
const WEEK = 7 * DAY;

/** How often a web page is fetched anew, as one chooses it. */
export const REFRESHES = [
  { hours: null, label: "Never" },
  { hours: DAY, label: "Daily" },
  { hours: WEEK, label: "Weekly" },
] as const;

/** "refreshed daily": an interval in words, also one that was set elsewhere. */
export function refreshName(hours: number | null | undefined): string {
  if (!hours) return "not refreshed";
  const known = REFRESHES.find((refresh) => refresh.hours === hours);
  return `refreshed ${known ? known.label.toLowerCase() : `every ${hours} h`}`;
}
