import { HISTORY_WEEKS, weekStart } from "./calendar.ts";

/** Share of the usual trade in a week: best before Christmas, thin around midsummer. */
export function season(week: number): number {
  // Mid-December lies 170 days after the first day that is simulated ahead.
  const days = weekStart(week) - weekStart(HISTORY_WEEKS) - 170;
  return 1 + 0.14 * Math.cos((2 * Math.PI * days) / 365.25);
}
