import type { CountryPack } from "#core";
import { distance } from "fastest-levenshtein";
import { words } from "./text.ts";

/** Look-ups for regions and places of a pack. */
export interface PlaceIndex {
  /** Region by folded name or alias. */
  readonly regions: ReadonlyMap<string, { readonly code: string; readonly name: string }>;
  readonly regionByCode: ReadonlyMap<string, string>;
  /** Place by folded name or alias. */
  readonly places: ReadonlyMap<string, { readonly name: string; readonly regions: readonly string[] }>;
  readonly postalDistrict: RegExp | null;
  /** Forms of regions and places by their first letter. */
  readonly byLetter: ReadonlyMap<string, readonly string[]>;
  /** Last words of the forms of regions, places and countries. */
  readonly lastWords: ReadonlySet<string>;
}

const indexes = new WeakMap<CountryPack, PlaceIndex>();

/** A list names few places many times over: what was worked out is kept for the texts seen last. */
function remembered<T>(make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const made = make(text);
    if (known.size >= MOST_REMEMBERED) known.clear();
    known.set(text, made);
    return made;
  };
}

const MOST_REMEMBERED = 8192;

/** A place name for comparing: "St. Ann's Bay", "Saint Anns Bay" and "st anns bay" are one. */
export const placeForm: (text: string) => string = remembered((text) =>
  words(text)
    .map((word) => (word === "st" ? "saint" : word))
    .join(" "),
);

/** Look-ups for a pack, made once. */
export function placeIndex(pack: CountryPack): PlaceIndex {
  const known = indexes.get(pack);
  if (known !== undefined) return known;
  const regions = new Map<string, { code: string; name: string }>();
  for (const region of pack.regions) {
    for (const text of [region.name, ...region.aliases]) {
      if (!regions.has(placeForm(text))) regions.set(placeForm(text), { code: region.code, name: region.name });
    }
  }
  const places = new Map<string, { name: string; regions: readonly string[] }>();
  for (const place of pack.places) {
    for (const text of [place.name, ...(place.aliases ?? [])]) places.set(placeForm(text), place);
  }
  const byLetter = new Map<string, string[]>();
  for (const form of new Set([...regions.keys(), ...places.keys()])) {
    const letter = form.slice(0, 1);
    byLetter.set(letter, [...(byLetter.get(letter) ?? []), form]);
  }
  const index: PlaceIndex = {
    byLetter,
    lastWords: new Set(
      [...regions.keys(), ...places.keys(), ...Object.keys(COUNTRIES), ...countriesByName().keys()].map(
        (form) => form.split(" ").at(-1) ?? "",
      ),
    ),
    regions,
    regionByCode: new Map(pack.regions.map((region) => [region.code, region.name])),
    places,
    postalDistrict: pack.postalDistrict === null ? null : new RegExp(pack.postalDistrict, "i"),
  };
  indexes.set(pack, index);
  return index;
}

/** Names shorter than this differ from others by one letter too often. */
const LEAST_LETTERS = 7;

/** The one region or place whose form differs by a single letter, or by two that changed places; null where several do. */
export function nearestPlace(form: string, index: PlaceIndex): string | null {
  if (form.length < LEAST_LETTERS) return null;
  const found = new Set<string>();
  for (const known of index.byLetter.get(form.slice(0, 1)) ?? []) {
    if (known.length < LEAST_LETTERS || Math.abs(known.length - form.length) > 1) continue;
    if (distance(known, form) === 1 || isSwapped(known, form)) found.add(known);
  }
  const meant = new Set([...found].map((known) => index.regions.get(known)?.name ?? index.places.get(known)?.name));
  return meant.size === 1 ? ([...found].sort()[0] ?? null) : null;
}

function isSwapped(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  // Both are plain ASCII: that is what a form is.
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return at < a.length && a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2);
}

const COUNTRIES: Readonly<Record<string, string>> = {
  jamaica: "JM",
  jm: "JM",
  jam: "JM",
  ja: "JM",
  jca: "JM",
  "ja wi": "JM",
  "jm wi": "JM",
  "jamaica w i": "JM",
  "jamaica west indies": "JM",
  "jamaica wi": "JM",
  "west indies": "JM",
  wi: "JM",
  usa: "US",
  us: "US",
  "united states": "US",
  "united states of america": "US",
  america: "US",
  canada: "CA",
  uk: "GB",
  gb: "GB",
  gbr: "GB",
  "united kingdom": "GB",
  "great britain": "GB",
  england: "GB",
  scotland: "GB",
  wales: "GB",
  trinidad: "TT",
  "trinidad and tobago": "TT",
  barbados: "BB",
  bahamas: "BS",
  "the bahamas": "BS",
  "cayman islands": "KY",
  guyana: "GY",
  haiti: "HT",
  "dominican republic": "DO",
  mexico: "MX",
  panama: "PA",
  "costa rica": "CR",
  colombia: "CO",
  china: "CN",
  india: "IN",
  germany: "DE",
  france: "FR",
  spain: "ES",
  italy: "IT",
  netherlands: "NL",
  australia: "AU",
};

const regionNames = new Intl.DisplayNames(["en"], { type: "region", fallback: "none" });
let named: ReadonlyMap<string, string> | null = null;

/** Every country by its English name, from the runtime's own tables. */
function countriesByName(): ReadonlyMap<string, string> {
  if (named !== null) return named;
  const found = new Map<string, string>();
  for (let first = 65; first <= 90; first += 1) {
    for (let second = 65; second <= 90; second += 1) {
      const code = String.fromCharCode(first, second);
      const name = regionNames.of(code);
      if (name !== undefined && !found.has(words(name).join(" "))) found.set(words(name).join(" "), code);
    }
  }
  named = found;
  return found;
}

/** ISO 3166-1 alpha-2 of a country as people write it, or null. Two capital letters pass where they are a code in use. */
export function countryCode(text: string | null): string | null {
  return text === null ? null : codeOf(text).code;
}

const codeOf = remembered((text) => ({ code: readCountry(text) }));

function readCountry(text: string): string | null {
  const plain = words(text).join(" ");
  const known = COUNTRIES[plain] ?? (plain.length > 3 ? countriesByName().get(plain) : undefined);
  if (known !== undefined) return known;
  const code = text.trim();
  return /^[A-Z]{2}$/.test(code) && regionNames.of(code) !== undefined ? code : null;
}
