const DAY_MS = 86_400_000;

export type DayGroup = "Today" | "Yesterday" | "Previous 7 days" | "Previous 30 days" | "Older";

export function dayGroup(iso: string, now = new Date()): DayGroup {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime();
  const time = new Date(iso).getTime();
  if (time >= midnight) return "Today";
  if (time >= midnight - DAY_MS) return "Yesterday";
  if (time >= midnight - 7 * DAY_MS) return "Previous 7 days";
  if (time >= midnight - 30 * DAY_MS) return "Previous 30 days";
  return "Older";
}

/** Groups rows already sorted newest first, keeping their order. */
export function groupByDay<T extends { updated_at: string }>(rows: T[]): [DayGroup, T[]][] {
  const groups = new Map<DayGroup, T[]>();
  for (const row of rows) {
    const group = dayGroup(row.updated_at);
    groups.set(group, [...(groups.get(group) ?? []), row]);
  }
  return [...groups];
}

/** "about 12 s left"; null where nothing is known, so that nothing is said. */
export function timeLeft(seconds: number | null | undefined): string | null {
  if (seconds === null || seconds === undefined) return null;
  if (seconds < 1) return "almost done";
  if (seconds < 90) return `about ${Math.round(seconds)} s left`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `about ${minutes} min left`;
  return `about ${Math.round(minutes / 60)} h left`;
}

export function dateTime(iso: string): string {
  return new Date(iso).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}
