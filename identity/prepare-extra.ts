import type { Lexicon } from "./lexicon.ts";
import type { ExtraKind, ExtraValue } from "./link-types.ts";
import { parseName } from "./standardise/names.ts";
import { digits, fold, words } from "./text.ts";

/** What a record says beyond names, contacts and address, in the form that comparisons read. */
export interface PreparedExtra {
  /** yyyymmdd with "-" for unknown digits, from year, month and day columns; empty where none is known. */
  readonly birth: string;
  readonly ids: readonly string[];
  /** Columns that numbers stand in; a record's first tax number has none of its own: "". */
  readonly idColumns: readonly string[];
  /** `m`, `f`, another first letter, or empty. */
  readonly gender: string;
  readonly birthPlace: string;
  readonly occupation: string;
  readonly otherPeople: readonly string[];
  readonly otherFirms: readonly string[];
  /** Further lines of the address, without spaces. */
  readonly otherLines: readonly string[];
  readonly titleWords: readonly string[];
  /** Family names of the persons in lists of names, in order. */
  readonly authors: readonly string[];
  readonly textWords: readonly string[];
  readonly categoryWords: readonly string[];
  /** Amounts by column. */
  readonly amounts: readonly ColumnNumber[];
  /** Years by column. */
  readonly years: readonly ColumnNumber[];
}

/** A number with the column that it stands in. */
export interface ColumnNumber {
  readonly column: string;
  readonly value: number;
}

const NOTHING: PreparedExtra = {
  birth: "",
  ids: [],
  idColumns: [],
  gender: "",
  birthPlace: "",
  occupation: "",
  otherPeople: [],
  otherFirms: [],
  otherLines: [],
  titleWords: [],
  authors: [],
  textWords: [],
  categoryWords: [],
  amounts: [],
  years: [],
};

/** Prepares the extra values of a record. */
export function prepareExtra(extra: readonly ExtraValue[], lexicon: Lexicon): PreparedExtra {
  if (extra.length === 0) return NOTHING;
  // Notes alone: what most lists have beyond their fields.
  if (extra.every(({ kind }) => kind === "text"))
    return { ...NOTHING, textWords: wordsOfTexts(extra.map(({ value }) => value)) };
  const of = (...kinds: readonly ExtraKind[]): string[] =>
    extra.filter(({ kind, value }) => kinds.includes(kind) && value.trim() !== "").map(({ value }) => value);
  const numbers = (kind: ExtraKind, read: (text: string) => number): ColumnNumber[] =>
    extra
      .filter((one) => one.kind === kind)
      .map(({ column, value }) => ({ column, value: read(value) }))
      .filter(({ value }) => Number.isFinite(value));
  return {
    birth: birthOf(of("birth_year")[0], of("birth_month")[0], of("birth_day")[0]),
    ids: [...new Set(of("tax_id", "person_id").map(idForm).filter(isId))],
    idColumns: [...new Set(extra.filter(isNumber).map(({ column }) => column))],
    gender: fold(of("gender")[0] ?? "")
      .slice(0, 1)
      .replace("w", "f"),
    birthPlace: words(of("birth_place")[0] ?? "").join(" "),
    occupation: "",
    otherPeople: of("any_name", "person_name"),
    otherFirms: of("any_name", "org_name"),
    otherLines: of("street").map((text) => words(text).join("")),
    titleWords: of("title").flatMap(titleWords).slice(0, 40),
    authors: of("name_list").flatMap((text) => familyNames(text, lexicon)),
    textWords: wordsOfTexts(of("text")),
    categoryWords: of("category").flatMap(words),
    amounts: numbers("amount", amountOf),
    years: numbers("date", yearOf),
  };
}

/** Words of notes that are looked at. */
const MOST_WORDS = 60;

function wordsOfTexts(texts: readonly string[]): readonly string[] {
  const found = new Set<string>();
  for (const text of texts) for (const word of words(text)) if (found.size < MOST_WORDS) found.add(word);
  return [...found];
}

function isNumber({ kind, value }: ExtraValue): boolean {
  return (kind === "tax_id" || kind === "person_id") && isId(idForm(value));
}

function idForm(text: string): string {
  return fold(text)
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, "");
}

function isId(text: string): boolean {
  return text.length >= 4 && !/^(.)\1*$/.test(text);
}

function birthOf(year: string | undefined, month: string | undefined, day: string | undefined): string {
  const part = (text: string | undefined, size: number): string => {
    const plain = digits(text ?? "");
    return plain === "" || plain.length > size || Number(plain) === 0 ? "-".repeat(size) : plain.padStart(size, "0");
  };
  const whole = part(year, 4) + part(month, 2) + part(day, 2);
  return /^-+$/.test(whole) ? "" : whole;
}

// Model numbers keep their parts together: "DSC-W120/B" is "dscw120b".
function titleWords(text: string): string[] {
  const plain = fold(text).replace(/([a-z]*\d[a-z0-9]*)[-/](?=[a-z0-9]*\b)/g, "$1");
  return words(plain);
}

function familyNames(text: string, lexicon: Lexicon): string[] {
  return text
    .split(/[;|]|\band\b|&|,(?=\s*\S+\s+\S)/i)
    .map((name) => parseName(name, { pack: lexicon }))
    .map(({ family, given }) => words(family ?? given ?? "").join(""))
    .filter((name) => name !== "");
}

function amountOf(text: string): number {
  const plain = text
    .replace(/[^0-9.,-]/g, "")
    .replace(/,(?=\d{3}\b)/g, "")
    .replace(",", ".");
  return plain === "" ? Number.NaN : Number(plain);
}

function yearOf(text: string): number {
  const found = /\b(1[5-9]\d\d|20\d\d)\b/.exec(text)?.[1];
  return found === undefined ? Number.NaN : Number(found);
}
