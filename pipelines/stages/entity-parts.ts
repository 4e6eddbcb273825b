import { parseDate, parseMoney } from "#identity";
import type { CountryPack, CustomerRef, QuarantineReason, RawRecord, Rejected } from "#core";

/** What standardising one entity may look at besides its fields. */
export interface EntityContext {
  readonly raw: RawRecord;
  readonly pack: CountryPack;
  /** ISO 4217; amounts without a currency are in it. */
  readonly homeCurrency: string;
  /** Order of day and month by the evidence of the whole table. */
  readonly dateOrder: "dmy" | "mdy" | null;
}

const DAY_MS = 86_400_000;

/** A record that must wait for mending. `detail` names the field and never the value. */
export function reject(rejected: QuarantineReason, field: string, detail: string): Rejected {
  return { rejected, field, detail };
}

/** Narrows what a reader of one field gave. */
export function isRejected(value: unknown): value is Rejected {
  return value !== null && typeof value === "object" && "rejected" in value;
}

/** Text without blanks around it, or null. */
export function textOf(text: string | undefined): string | null {
  const plain = text?.trim() ?? "";
  return plain === "" ? null : plain;
}

/** A sum that must be there: not below zero, in a known currency, at most 16 digits before the point. */
export function readTotal(
  text: string | undefined,
  currency: string | undefined,
  context: EntityContext,
  field = "amount",
): { readonly amount: string; readonly currency: string } | Rejected {
  const parsed = parseMoney(text ?? "", context);
  if (parsed.amount === null) {
    return reject("bad_amount", field, `${field} ${textOf(text) === null ? "is missing" : "cannot be read as money"}`);
  }
  if (parsed.amount.length > 19) return reject("bad_amount", field, `${field} is larger than any sum of money`);
  if (parsed.negative) return reject("negative_total", field, `${field} is below zero`);
  const named = textOf(currency) === null ? parsed.currency : readCurrency(currency ?? "", context);
  if (named === null) return reject("unknown_currency", "currency", "the currency is no ISO 4217 code in use");
  return { amount: parsed.amount, currency: named };
}

/** ISO 4217 code of a currency column: a code, or a sign of the pack; null for anything else. */
export function readCurrency(text: string, context: EntityContext): string | null {
  const parsed = parseMoney(`1 ${text.trim()}`, context);
  return parsed.amount === null ? null : parsed.currency;
}

/** A sum that may be absent and may be below zero (a balance): null when it cannot be read. */
export function readSigned(text: string | undefined, context: EntityContext): string | null {
  const parsed = parseMoney(text ?? "", context);
  if (parsed.amount === null || parsed.amount.length > 19) return null;
  return parsed.negative ? `-${parsed.amount}` : parsed.amount;
}

/** ISO date that must be there, and not later than a day after the record was read where `past` is asked. */
export function readDay(
  text: string | undefined,
  context: EntityContext,
  options: { readonly field?: string; readonly past: boolean },
): string | Rejected {
  const field = options.field ?? "date";
  const { date } = parseDate(text ?? "", { order: context.dateOrder, pack: context.pack });
  if (date === null) {
    return reject("bad_date", field, `${field} ${textOf(text) === null ? "is missing" : "is no date that exists"}`);
  }
  const latest = new Date(Date.parse(context.raw.observedAt) + DAY_MS).toISOString().slice(0, 10);
  if (options.past && date > latest) return reject("future_date", field, `${field} is later than the day it was read`);
  return date;
}

/** ISO date that may be absent; null when it cannot be read. */
export function readOptionalDay(text: string | undefined, context: EntityContext): string | null {
  return text === undefined ? null : parseDate(text, { order: context.dateOrder, pack: context.pack }).date;
}

const TIMED = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s?(?:Z|[+-]\d{2}:?\d{2})$/;

/** ISO time in UTC where the source gives a time with its zone, else the ISO date. */
export function readMoment(text: string, context: EntityContext): string | Rejected {
  const day = readDay(text, context, { past: true });
  if (isRejected(day) || !TIMED.test(text.trim())) return day;
  const time = new Date(text.trim());
  return Number.isNaN(time.getTime()) ? day : time.toISOString();
}

const LARGER: Readonly<Record<string, number>> = { k: 1e3, m: 1e6 };

/** A count ("1,234", "1.2K"), or null where it is absent, hidden or no number. */
export function readCount(text: string | undefined): number | null {
  const parts = /^(\d[\d,\s]*(?:\.\d+)?)\s*([km])?$/i.exec(text?.trim() ?? "");
  if (parts === null) return null;
  const count = Math.round(
    Number((parts[1] ?? "").replace(/[,\s]/g, "")) * (LARGER[parts[2]?.toLowerCase() ?? ""] ?? 1),
  );
  return count <= Number.MAX_SAFE_INTEGER ? count : null;
}

/** Decimal text of a number such as a rate or a quantity; null where it is none. */
export function readNumber(text: string | undefined, options: { readonly above?: number } = {}): string | null {
  const plain = (text ?? "").replace(/[,\s]/g, "");
  if (!/^-?\d{1,10}(?:\.\d+)?$/.test(plain)) return null;
  return options.above !== undefined && Number(plain) <= options.above ? null : plain;
}

/** The parts of a reference that say something; null when none does. */
export function readCustomerRef(ref: CustomerRef): CustomerRef | null {
  const parts = Object.entries(ref).flatMap(([name, value]) => {
    const plain = textOf(value as string | undefined);
    return plain === null ? [] : [[name, plain] as const];
  });
  return parts.length === 0 ? null : Object.fromEntries(parts);
}
