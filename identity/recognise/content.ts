import type { CountryPack } from "#core";
import { lexiconIndex } from "../lexicon.ts";
import { placeForm, placeIndex } from "../places.ts";
import { normaliseEmails } from "../standardise/emails.ts";
import { parseDate } from "../standardise/dates.ts";
import { nameOdds } from "../standardise/entity-type.ts";
import { parseMoney } from "../standardise/money.ts";
import { normalisePhones } from "../standardise/phones.ts";
import { normaliseWebsite } from "../standardise/web.ts";
import { tidy, words } from "../text.ts";

/** What the values of one column look like; shares are of the filled cells. */
export interface ColumnProfile {
  readonly filled: number;
  readonly rows: number;
  readonly distinct: number;
  /** Share of filled cells that are the only one with their value. */
  readonly unique: number;
  readonly email: number;
  readonly phone: number;
  readonly date: number;
  readonly money: number;
  /** Cells of digits only, or decimal numbers. */
  readonly number: number;
  readonly url: number;
  /** Two to four words of letters. */
  readonly name: number;
  readonly firm: number;
  readonly place: number;
  readonly region: number;
  readonly street: number;
  readonly code: number;
  readonly yesNo: number;
  readonly longText: number;
  /** Values of the form 13/02/2024 seen day-first and month-first. */
  readonly dayFirst: number;
  readonly monthFirst: number;
  /** Values of the form 03/04/2024: either order. */
  readonly slashDates: number;
}

const YES_NO = /^(?:y|n|yes|no|true|false|active|inactive|si|0|1|x)$/i;
const CODE = /^(?=.*\d)[A-Z]{0,6}[-_/#]?\d{1,12}[A-Z]{0,2}(?:-\d+)?$/i;

/** Looks at up to 200 values of one column. */
export function profileColumn(cells: readonly string[], pack: CountryPack): ColumnProfile {
  const values = cells.map(tidy).filter((cell) => cell !== "");
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value.toLowerCase(), (counts.get(value.toLowerCase()) ?? 0) + 1);
  const share = (test: (value: string) => boolean): number =>
    values.length === 0 ? 0 : values.filter(test).length / values.length;
  const places = placeIndex(pack);
  const streets = lexiconIndex(pack).streetTypes;
  const slash = values
    .map((value) => /^(\d{1,2})[-/.](\d{1,2})[-/.](?:\d{4}|\d{2})(?:\s|$)/.exec(value))
    .filter((at) => at !== null);
  const money = { pack, homeCurrency: pack.currency };
  return {
    filled: values.length,
    rows: cells.length,
    distinct: counts.size,
    unique:
      values.length === 0 ? 0 : values.filter((value) => counts.get(value.toLowerCase()) === 1).length / values.length,
    email: share((value) => value.includes("@") && normaliseEmails(value).emails.length > 0),
    phone: share((value) => isPhoneLike(value, pack)),
    date: share((value) => parseDate(value, { pack }).date !== null && !/^\d{8}$/.test(value)),
    money: share((value) => value.length < 24 && parseMoney(value, money).amount !== null),
    number: share((value) => /^-?\d+(?:\.\d+)?$/.test(value)),
    url: share((value) => !value.includes("@") && normaliseWebsite(value) !== null),
    name: share((value) => /^[\p{L}.'’ ,&-]+$/u.test(value) && words(value).length >= 2 && words(value).length <= 5),
    firm: share((value) => /\p{L}{2}/u.test(value) && !/\d{3}/.test(value) && nameOdds(value, pack) > 1),
    place: share((value) => places.places.has(placeForm(value))),
    region: share((value) => places.regions.has(placeForm(value))),
    street: share(
      (value) =>
        /\d/.test(value) &&
        words(value).length > 1 &&
        words(value).some((word) => word.length > 1 && streets.has(word)),
    ),
    code: share((value) => CODE.test(value)),
    yesNo: share((value) => YES_NO.test(value)),
    longText: share((value) => words(value).length >= 6),
    dayFirst: slash.filter((at) => Number(at[1]) > 12 && Number(at[2]) <= 12).length,
    monthFirst: slash.filter((at) => Number(at[2]) > 12 && Number(at[1]) <= 12).length,
    slashDates: slash.length,
  };
}

function isPhoneLike(value: string, pack: CountryPack): boolean {
  if (
    /^\d{1,6}$|^\d+\.\d+$/.test(value) ||
    /[a-z]{4,}/i.test(value.replace(/tel|phone|cell|mobile|fax|home|work|office/gi, ""))
  )
    return false;
  if (parseDate(value, { pack }).date !== null) return false;
  return normalisePhones(value, { pack }).phones.length > 0;
}
