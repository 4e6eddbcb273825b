import type { CountryPack } from "#core";
import { tidy } from "../text.ts";

/** An amount of money read from text. */
export interface MoneyResult {
  /** Decimal text with two places and no sign ("1234.50"), or null where it cannot be read. */
  readonly amount: string | null;
  /** ISO 4217; the home currency where nothing is said; null where the code is not in use. */
  readonly currency: string | null;
  /** True for "-5", "(5.00)", "5.00 CR". */
  readonly negative: boolean;
  /** `unreadable`, `unknown_currency`, `rounded`, `currency_assumed`. */
  readonly notes: readonly string[];
}

// ISO 4217 list one, codes in use for money (funds and metals left out).
const CURRENCIES = new Set(
  (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD " +
    "EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR " +
    "LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR " +
    "SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG"
  ).split(" "),
);

/** True for an ISO 4217 code in use. */
export function isCurrency(code: string): boolean {
  return CURRENCIES.has(code);
}

/**
 * Reads money exactly (text arithmetic, no floats): signs of the pack ("J$", "US$", bare "$" is home), codes before or
 * after, thousands separators, European commas, parentheses, trailing minus and CR.
 */
export function parseMoney(
  text: string,
  options: { readonly pack: CountryPack; readonly homeCurrency: string },
): MoneyResult {
  const notes: string[] = [];
  let rest = tidy(text)
    .replace(/[\u2212\u2013]/g, "-")
    // "12,500.-" has no cents, and "US $5" is "US$5".
    .replace(/(?<=\d)[.,]-+$/, "")
    .replace(/\b([A-Za-z]{1,3})\s+\$/g, (whole, letters: string) =>
      `${letters.toUpperCase()}$` in options.pack.currencySigns ? `${letters}$` : whole,
    );
  if (rest === "") return { amount: null, currency: options.homeCurrency, negative: false, notes: [] };
  const found = takeCurrency(rest, options);
  rest = found.rest.replace(/[\s'’]/g, "");
  if (found.assumed) notes.push("currency_assumed");
  let negative = false;
  const wrapped = /^\((.*)\)$/.exec(rest);
  if (wrapped?.[1] !== undefined) {
    negative = true;
    rest = wrapped[1];
  }
  const signed = /^([+-]?)(.*?)(-|cr|dr)?$/i.exec(rest);
  if (signed !== null) {
    if (signed[1] === "-" || signed[3] === "-" || signed[3]?.toLowerCase() === "cr") negative = true;
    rest = signed[2] ?? "";
  }
  const number = plainNumber(rest);
  if (number === null) return { amount: null, currency: found.currency, negative, notes: [...notes, "unreadable"] };
  if (found.currency === null) notes.push("unknown_currency");
  const { amount, rounded } = twoPlaces(number);
  if (rounded) notes.push("rounded");
  return { amount, currency: found.currency, negative: negative && amount !== "0.00", notes };
}

function takeCurrency(
  text: string,
  options: { readonly pack: CountryPack; readonly homeCurrency: string },
): { currency: string | null; rest: string; assumed: boolean } {
  const signs = Object.keys(options.pack.currencySigns).sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  const upper = text.toUpperCase();
  for (const sign of signs) {
    const at = upper.indexOf(sign.toUpperCase());
    if (at < 0) continue;
    const rest = `${text.slice(0, at)} ${text.slice(at + sign.length)}`;
    // "USD $5" names the currency twice; the code is the stronger word.
    const code = /[A-Za-z]{3}/.exec(rest)?.[0]?.toUpperCase();
    if (code !== undefined && isCurrency(code))
      return { currency: code, rest: rest.replace(/[A-Za-z]{3}/, ""), assumed: false };
    const bare = !/[A-Z]/i.test(sign) && sign === "$";
    return { currency: bare ? options.homeCurrency : (options.pack.currencySigns[sign] ?? null), rest, assumed: bare };
  }
  // A code stands before or after the number; letters between digits are no money ("12 Jan 2024").
  const code =
    /^[\s(+-]*([A-Za-z]{3})(?![A-Za-z])/.exec(text)?.[1] ??
    /(?<![A-Za-z])([A-Za-z]{3})[\s)-]*(?:cr|dr)?$/i.exec(text)?.[1];
  if (code === undefined) return { currency: options.homeCurrency, rest: text, assumed: false };
  return {
    currency: isCurrency(code.toUpperCase()) ? code.toUpperCase() : null,
    rest: text.replace(code, ""),
    assumed: false,
  };
}

function plainNumber(text: string): string | null {
  if (/^\d+(?:\.\d*)?$|^\.\d+$/.test(text)) return text;
  // The last group has three digits, also where lakhs are grouped by two: "12,50" is no grouping.
  if (/^\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d*)?$/.test(text)) return text.replace(/,/g, "");
  if (/^\d{1,3}(?:\.\d{3})+,\d{1,2}$/.test(text)) return text.replace(/\./g, "").replace(",", ".");
  if (/^\d{1,3}(?:\.\d{3}){2,}$/.test(text)) return text.replace(/\./g, "");
  if (/^\d+,\d{1,2}$/.test(text)) return text.replace(",", ".");
  const scientific = /^(\d+(?:\.\d+)?)e([+-]?\d{1,2})$/i.exec(text);
  return scientific === null ? null : shift(scientific[1] ?? "0", Number(scientific[2]));
}

// 1.5E+3 as text; amounts in this form come from spreadsheets that print large numbers so.
function shift(mantissa: string, exponent: number): string {
  const [whole = "0", fraction = ""] = mantissa.split(".");
  const all = whole + fraction;
  const point = whole.length + exponent;
  if (point <= 0) return `0.${"0".repeat(-point)}${all}`;
  return point >= all.length ? all + "0".repeat(point - all.length) : `${all.slice(0, point)}.${all.slice(point)}`;
}

function twoPlaces(number: string): { amount: string; rounded: boolean } {
  const [whole = "", fraction = ""] = number.split(".");
  const padded = fraction.padEnd(3, "0");
  let cents = BigInt((whole === "" ? "0" : whole) + padded.slice(0, 2));
  if (Number(padded[2]) >= 5) cents += 1n;
  const text = cents.toString().padStart(3, "0");
  return { amount: `${text.slice(0, -2)}.${text.slice(-2)}`, rounded: /[1-9]/.test(fraction.slice(2)) };
}

const SCALES: Readonly<Record<string, number>> = {
  k: 3,
  thousand: 3,
  m: 6,
  mil: 6,
  mill: 6,
  mn: 6,
  million: 6,
  b: 9,
  bn: 9,
  billion: 9,
};

/**
 * Reads money as people write it in a column of amounts: also "$5k", "J$1.2 million", "500 dollars", "$1,500/-" and
 * "$1,500 only", which a table of other things must not take for money.
 */
export function readMoney(
  text: string,
  options: { readonly pack: CountryPack; readonly homeCurrency: string },
): MoneyResult {
  const plain = tidy(text)
    .replace(/\s*\/[-=]+\s*$/, "")
    // Remarks beside the figure: "(incl. GCT)", "plus GCT", "approx.", a star for a note below.
    .replace(/\s*\(\s*([a-z][^)\d]*?)\s*\)$/i, (_whole, inner: string) =>
      isCurrency(inner.toUpperCase()) ? ` ${inner}` : "",
    )
    .replace(/\s*\*+$|^(?:approx(?:imately)?\.?|about|circa|~)\s*|\s+approx(?:imately)?\.?$/gi, "")
    .replace(/\s*-?\s*\b(cr|dr)\.$/i, " $1")
    .replace(/-\s*(cr|dr)$/i, " $1")
    // "BBD$20" names its currency by the code.
    .replace(/\b([A-Za-z]{3})\s?\$/g, (whole, code: string) => (isCurrency(code.toUpperCase()) ? code : whole))
    .replace(/^US\s+(?=[\d.(-])|(?<=\d)\s+US$/i, " USD ")
    .replace(/\s+only\.?$/i, "")
    .replace(/\b(?:jamaican|jamaica)\s+dollars?\b/gi, "JMD")
    .replace(/\b(?:us|u\.s\.|american)\s+dollars?\b/gi, "USD")
    .replace(/\b(?:canadian)\s+dollars?\b/gi, "CAD")
    .replace(/\b(?:pounds?\s+sterling|pounds?)\b/gi, "GBP")
    .replace(/\b(?:euros?)\b/gi, "EUR")
    .replace(/\bdollars?\b/gi, "$");
  const direct = parseMoney(plain, options);
  if (direct.amount !== null) return direct;
  const cents = /^(\d{1,2})\s*(?:cents?|c|¢)$/i.exec(plain)?.[1];
  if (cents !== undefined) return parseMoney(`0.${cents.padStart(2, "0")}`, options);
  const scaled = /^(.*\d)\s*(k|thousand|mil|mill|mn|m|million|bn|b|billion)\b\.?(.*)$/i.exec(plain);
  if (scaled === null) return direct;
  const [, before = "", word = "", after = ""] = scaled;
  const base = parseMoney(`${before}${after}`, options);
  const digits = /\d[\d,]*(?:\.\d+)?/.exec(before)?.[0]?.replace(/,/g, "");
  if (base.amount === null || digits === undefined) return direct;
  const { amount } = twoPlaces(shift(digits, SCALES[word.toLowerCase()] ?? 0));
  return { ...base, amount, notes: [...base.notes.filter((note) => note !== "rounded"), "scaled"] };
}
