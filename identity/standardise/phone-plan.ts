import { Metadata } from "libphonenumber-js/max";
import type { CountryPack } from "#core";
import { digits } from "../text.ts";

/** The part of the library's numbering plans that is read here; its own types leave it out. */
interface PlanReader {
  getCountryCodesForCallingCode(code: string): readonly string[] | undefined;
  selectNumberingPlan(country: string): unknown;
  readonly numberingPlan: {
    leadingDigits(): string | number | undefined;
    nationalNumberPattern(): string;
    nationalPrefixForParsing(): string | undefined;
    nationalPrefixTransformRule(): string | undefined;
    possibleLengths(): readonly number[] | undefined;
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

/** The lengths that numbers behind a calling code have, and the digits that may stand before them in error. */
interface CodeLengths {
  readonly lengths: ReadonlySet<number>;
  readonly prefix: string;
}

const byCode = new Map<string, CodeLengths | null>();

/** Null where the code is none, or where its numbers are rewritten as they are read. */
function lengthsOf(code: string): CodeLengths | null {
  const known = byCode.get(code);
  if (known !== undefined) return known;
  const reader = new Metadata() as unknown as PlanReader;
  const lengths = new Set<number>();
  const prefixes = new Set<string>();
  let isSimple = true;
  for (const country of reader.getCountryCodesForCallingCode(code) ?? []) {
    if (country === "001") isSimple = false;
    else {
      reader.selectNumberingPlan(country);
      const { numberingPlan: plan } = reader;
      for (const length of plan.possibleLengths() ?? []) lengths.add(length);
      prefixes.add(plan.nationalPrefixForParsing() ?? "");
      if (plan.nationalPrefixTransformRule() !== undefined && code !== CALLING_CODE) isSimple = false;
    }
  }
  const [prefix = ""] = prefixes;
  if (code !== CALLING_CODE && (prefixes.size > 1 || !/^\d*$/.test(prefix))) isSimple = false;
  const found = isSimple && lengths.size > 0 ? { lengths, prefix: code === CALLING_CODE ? "1" : prefix } : null;
  byCode.set(code, found);
  return found;
}

const DIALLED = /^[\d\s().+-]+$/;

/**
 * True for digits that no reading makes a number that can be called: too many or too few behind their calling code, or
 * none of the plan of ten digits. False where only the full reading can tell.
 */
export function isHopeless(dial: string, pack: CountryPack): boolean {
  if (!DIALLED.test(dial)) return false;
  const number = digits(dial);
  const sign = dial.indexOf("+");
  if (sign < 0) return pack.phone.callingCode === CALLING_CODE && number.startsWith("0") && !number.startsWith("011");
  if (sign > 0 || dial.includes("+", 1)) return false;
  // No calling code begins so.
  if (number.startsWith("0")) return true;
  for (let size = 1; size <= 3; size += 1) {
    const found = lengthsOf(number.slice(0, size));
    if (found === null) continue;
    const rest = number.slice(size);
    const bare = found.prefix !== "" && rest.startsWith(found.prefix) ? rest.length - found.prefix.length : rest.length;
    return !found.lengths.has(rest.length) && !found.lengths.has(bare);
  }
  return false;
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
