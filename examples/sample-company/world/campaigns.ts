import { HISTORY_WEEKS, weekStart } from "./calendar.ts";

/** A mailing to the customers' list. */
export interface Campaign {
  readonly id: string;
  readonly index: number;
  readonly title: string;
  readonly subject: string;
  readonly week: number;
  readonly day: number;
}

const TITLES: readonly string[] = [
  "Hurricane season stock-up",
  "Back to school",
  "Independence specials",
  "Christmas grocery deals",
  "New year paint sale",
  "Easter bun & cheese",
  "Builders' week",
  "Farmers' month",
];

/** One mailing about every two months over three years, and some after the sample day. */
export const CAMPAIGNS: readonly Campaign[] = Array.from({ length: 20 }, (_, index) => {
  const week = HISTORY_WEEKS - 2 - (17 - index) * 9 + (index > 17 ? -7 : 0);
  return {
    id: `c3${(0xa51f0 + index * 0x1d3b).toString(16)}${String(index).padStart(2, "0")}`,
    index,
    title: `${TITLES[index % TITLES.length] ?? "Specials"} ${2023 + Math.floor((index + 3) / 6)}`,
    subject: `${TITLES[index % TITLES.length] ?? "Specials"} at Blue Mountain Traders`,
    week,
    day: weekStart(week) + 1,
  };
});

/** Campaign index by the week in which it went out. */
export const CAMPAIGN_WEEKS: ReadonlyMap<number, number> = new Map(CAMPAIGNS.map((c) => [c.week, c.index]));
