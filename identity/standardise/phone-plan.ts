import { Metadata } from "libphonenumber-js/max";
import type { CountryPack } from "#core";

/** The part of the library's numbering plans that is read here; its own types leave it out. */
interface PlanReader {
  getCountryCodesForCallingCode(code: string): readonly string[] | undefined;
  selectNumberingPlan(country: string): unknown;
  readonly numberingPlan: {
    leadingDigits(): string | number | undefined;
    nationalNumberPattern(): string;
    types(): readonly (readonly [pattern?: string, lengths?: readonly number[]] | 0 | null | undefined)[] | undefined;
  };
}

/** One country's numbers: what they begin with, where that tells it, and what an assigned one looks like. */
interface NumberPlan {
  readonly leading: RegExp | null;
  readonly assigned: RegExp;
}

/** The plan of ten digits that North America and most of the Caribbean share. */
const CALLING_CODE = "1";
const SIZE = 10;
/** Digits that decide whose number it may be. */
const HEAD = 4;

let plans: readonly NumberPlan[] | null = null;
const byHead = new Map<string, readonly NumberPlan[]>();

function readPlans(): readonly NumberPlan[] {
  const reader = new Metadata() as unknown as PlanReader;
  return (reader.getCountryCodesForCallingCode(CALLING_CODE) ?? []).map((country): NumberPlan => {
    reader.selectNumberingPlan(country);
    const { numberingPlan: plan } = reader;
    const leading = plan.leadingDigits();
    const patterns = (plan.types() ?? []).flatMap((type) => {
      if (type === 0 || type === null || type === undefined) return [];
      const [pattern, lengths] = type;
      if (pattern === undefined || pattern === "") return [];
      return lengths === undefined || lengths.includes(SIZE) ? [pattern] : [];
    });
    return {
      leading: typeof leading === "string" && leading !== "" ? new RegExp(`^(?:${leading})`) : null,
      assigned: new RegExp(`^(?=(?:${plan.nationalNumberPattern()})$)(?:${patterns.join("|") || "(?!)"})$`),
    };
  });
}

// In the library's order: the first country whose beginning fits owns the number, assigned or not.
function plansOf(head: string): readonly NumberPlan[] {
  const known = byHead.get(head);
  if (known !== undefined) return known;
  plans ??= readPlans();
  const found: NumberPlan[] = [];
  for (const plan of plans) {
    if (plan.leading !== null && !plan.leading.test(head)) continue;
    found.push(plan);
    if (plan.leading !== null) break;
  }
  byHead.set(head, found);
  return found;
}

function isAssigned(number: string): boolean {
  return plansOf(number.slice(0, HEAD)).some(({ assigned }) => assigned.test(number));
}

// Ten digits in a row, or parted after the area code; an exchange and a line alone. Everything else is for the full reading.
const ROW = /^\s*(?:\+?1)?([2-9]\d{9})\s*$/;
const PARTED = /^\s*(?:\+?1[ .-]?)?(?:\(([2-9]\d\d)\)[ .-]?|([2-9]\d\d)[ .-])([2-9]\d\d)[ .-]?(\d{4})\s*$/;
const LOCAL = /^\s*([2-9]\d\d)[ .-]?(\d{4})\s*$/;
/** Digits that may have been typed to fill a field. */
const DOUBTFUL = /(\d)\1{4}|123|0000$/;

/** A number that a cell holds and nothing else. */
export interface PlainNumber {
  readonly e164: string;
  /** True where the area code was left out. */
  readonly isLocal: boolean;
  /** False for a number of the home areas whose block the library's lists do not hold. */
  readonly isListed: boolean;
}

/**
 * The number of a cell that holds one callable number of the pack's plan, plainly written, and nothing else; null where
 * the full reading must decide. What it gives is what the full reading gives, at a small part of its cost.
 */
export function plainNumber(cell: string, pack: CountryPack): PlainNumber | null {
  const { callingCode, defaultArea, localLength } = pack.phone;
  if (callingCode !== CALLING_CODE || cell.length > 24) return null;
  const whole = ROW.exec(cell)?.[1] ?? partedNumber(cell);
  const number = whole ?? localNumber(cell, defaultArea, localLength);
  if (number === null || DOUBTFUL.test(number.slice(3))) return null;
  const e164 = `+${CALLING_CODE}${number}`;
  const isListed = isAssigned(number);
  return isListed || isHome(e164, pack) ? { e164, isLocal: whole === null, isListed } : null;
}

/** True for a number of the home areas in the form of their plan. */
export function isHome(e164: string, pack: CountryPack): boolean {
  const { callingCode, areas, localLength } = pack.phone;
  const rest = e164.startsWith(`+${callingCode}`) ? e164.slice(callingCode.length + 1) : "";
  const area = areas.find((one) => rest.startsWith(one));
  if (area === undefined || rest.length !== area.length + (localLength ?? -1)) return false;
  const local = rest.slice(area.length);
  // NPA-NXX-XXXX: an exchange begins with 2 to 9 and is none of the service codes 211 to 911.
  return callingCode !== "1" || /^[2-9](?!11)\d{6}$/.test(local);
}

function partedNumber(cell: string): string | null {
  const found = PARTED.exec(cell);
  return found === null ? null : `${found[1] ?? found[2] ?? ""}${found[3] ?? ""}${found[4] ?? ""}`;
}

function localNumber(cell: string, area: string | null, length: number | null): string | null {
  if (area === null || length !== 7) return null;
  const found = LOCAL.exec(cell);
  return found === null ? null : `${area}${found[1] ?? ""}${found[2] ?? ""}`;
}
