import type { FeatureRow, Mode } from "./scoring-types.ts";

/** The verbs and nouns of a shop or a nonprofit. */
export interface Lexicon {
  readonly bought: string;
  readonly buy: string;
  readonly purchase: string;
  readonly order: string;
  readonly orders: string;
  readonly ordered: string;
  readonly spent: string;
  readonly spend: string;
  readonly customer: string;
}

const LEXICA: Readonly<Record<Mode, Lexicon>> = {
  shop: {
    bought: "bought",
    buy: "buy",
    purchase: "purchase",
    order: "order",
    orders: "orders",
    ordered: "ordered",
    spent: "Spent",
    spend: "spend",
    customer: "Customer",
  },
  nonprofit: {
    bought: "gave",
    buy: "give",
    purchase: "gift",
    order: "gift",
    orders: "gives",
    ordered: "given",
    spent: "Gave",
    spend: "give",
    customer: "Donor",
  },
};

/** The words of a mode. */
export function lexicon(mode: Mode): Lexicon {
  return LEXICA[mode];
}

/** Money as people write it: three leading digits above 1,000, whole units below. */
export function money(value: number, currency: string): string {
  const size = Math.abs(value);
  const unit = size < 1000 ? 1 : 10 ** (Math.floor(Math.log10(size)) - 2);
  const digits = String(Math.round(Math.round(size / unit) * unit)).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${currency} ${value < 0 ? "-" : ""}${digits}`;
}

/** "1 day", "12 days"; above two months in months, above two years in years. */
export function span(days: number): string {
  if (days >= 730) return count(Math.round(days / 365), "year");
  return days >= 90 ? count(Math.round(days / 30.4), "month") : count(Math.round(days), "day");
}

/** "1 visit", "3 visits". */
export function count(n: number, noun: string): string {
  return `${String(n)} ${noun}${n === 1 ? "" : "s"}`;
}

/** The number in a feature, or null. */
export function numberOf(row: FeatureRow, name: string): number | null {
  const value = row[name];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** The text in a feature, or null. */
export function textOf(row: FeatureRow, name: string): string | null {
  const value = row[name];
  return typeof value === "string" && value !== "" ? value : null;
}
