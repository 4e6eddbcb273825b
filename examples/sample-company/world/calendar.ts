// Days are whole numbers since 1970-01-01, without a time zone: a Jamaican trading day.

/** Day number of an ISO date. */
export function dayOf(iso: string): number {
  return Math.floor(Date.parse(`${iso}T00:00:00Z`) / 86_400_000);
}

/** ISO date of a day number. */
export function isoOf(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}

/** The sample day: "today" on day 0. */
export const SAMPLE_DAY = dayOf("2026-06-30");
/** First day with documents. */
export const FIRST_DAY = dayOf("2023-07-01");
/** Whole weeks of history; the last one ends on the sample day. */
export const HISTORY_WEEKS = 157;
/** Weeks simulated after the sample day, for `--day N` and for outcomes. */
export const FUTURE_WEEKS = 18;

/** First day of a simulated week; week 0 begins 157 weeks before the day after the sample day. */
export function weekStart(week: number): number {
  return SAMPLE_DAY + 1 - 7 * HISTORY_WEEKS + 7 * week;
}

const two = (n: number): string => String(n).padStart(2, "0");

/** `HH:MM` of a minute of the day. */
export function clockOf(minute: number): string {
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

/** ISO date-time with Jamaica's offset (UTC-5, no daylight saving). */
export function stamp(day: number, minute: number): string {
  return `${isoOf(day)}T${clockOf(minute)}:00-05:00`;
}

/** Milliseconds since the epoch of a local minute in Jamaica. */
export function millisOf(day: number, minute: number): number {
  return day * 86_400_000 + (minute + 300) * 60_000;
}

/** UTC date-time with `+00:00`, as Mailchimp writes it. */
export function utcStamp(day: number, minute: number): string {
  return `${new Date(millisOf(day, minute)).toISOString().slice(0, 19)}+00:00`;
}

/** `31/12/2025`. */
export function dmy(day: number): string {
  const [y, m, d] = isoOf(day).split("-");
  return `${d}/${m}/${y}`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `31-Dec-2025`. */
export function dMonY(day: number): string {
  const [y, m, d] = isoOf(day).split("-");
  return `${d}-${MONTHS[Number(m) - 1]}-${y}`;
}

/** Spreadsheet serial: days since 1899-12-30. */
export function serialOf(day: number): number {
  return day + 25_569;
}

/** `2026-06`. */
export function monthOf(day: number): string {
  return isoOf(day).slice(0, 7);
}
