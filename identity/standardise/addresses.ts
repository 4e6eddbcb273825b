import type { CountryPack } from "#core";
import { lexiconIndex } from "../lexicon.ts";
import { countryCode, placeForm, placeIndex } from "../places.ts";
import type { PlaceIndex } from "../places.ts";
import { fold, nameCase, orNull, tidy, words } from "../text.ts";

/** Address parts as a source may give them, or one text. */
export interface AddressInput {
  readonly address?: string | undefined;
  readonly street?: string | undefined;
  readonly unit?: string | undefined;
  readonly locality?: string | undefined;
  readonly region?: string | undefined;
  readonly postcode?: string | undefined;
  readonly country?: string | undefined;
}

/** An address taken apart. */
export interface AddressParts {
  readonly street: string | null;
  readonly unit: string | null;
  readonly locality: string | null;
  readonly region: string | null;
  /** ISO 3166-2, only where a region is written or the place lies in one region only. */
  readonly regionCode: string | null;
  readonly postcode: string | null;
  readonly country: string | null;
}

type Draft = { -readonly [Part in keyof AddressParts]: AddressParts[Part] };

const POSTCODE =
  /^(?:\d{5}(?:-\d{4})?|JM[A-Z]{2,4}\d{0,2}|[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}|[A-Z]\d[A-Z]\s*\d[A-Z]\d|\d{4})$/i;

/**
 * Takes an address apart: unit, street, locality, postal district, region, country. A place name that lies in several
 * regions never decides the region, and neither does a postal district.
 */
export function parseAddress(input: string | AddressInput, options: { readonly pack: CountryPack }): AddressParts {
  const given = typeof input === "string" ? { address: input } : input;
  const index = placeIndex(options.pack);
  const draft: Draft = {
    street: null,
    unit: cleanUnit(orNull(given.unit)),
    locality: null,
    region: null,
    regionCode: null,
    postcode: null,
    country: countryCode(orNull(given.country)),
  };
  setPostcode(draft, orNull(given.postcode), index);
  setLocality(draft, orNull(given.locality), index);
  setRegion(draft, orNull(given.region), index);
  for (const text of [given.street, given.address]) {
    const plain = orNull(text);
    if (plain !== null) readText(draft, plain, options.pack, index);
  }
  settleRegion(draft, options.pack, index);
  return draft;
}

function readText(draft: Draft, text: string, pack: CountryPack, index: PlaceIndex): void {
  const parts = text
    .split(/\s*[,;\n]\s*/)
    .map((part) => tidy(part).replace(/\.$/, ""))
    .filter((part) => part !== "");
  const left: string[] = [];
  for (const [at, part] of parts.entries()) {
    const isLast = at === parts.length - 1;
    const country = at > 0 && isLast && part.length > 1 ? countryCode(part) : null;
    if (country !== null && !index.regions.has(placeForm(part))) draft.country ??= country;
    else if (!takePart(draft, part, at, pack, index)) left.push(part);
  }
  for (const part of left) {
    if (draft.locality === null && draft.street !== null && !/\d/.test(part)) draft.locality = nameCase(part);
    else draft.street = draft.street === null ? part : `${draft.street}, ${part}`;
  }
}

// True when the part was understood as something.
function takePart(draft: Draft, part: string, at: number, pack: CountryPack, index: PlaceIndex): boolean {
  const lexicon = lexiconIndex(pack);
  const district = postalDistrict(part, index);
  if (district !== null) {
    draft.locality ??= district.place;
    draft.postcode ??= district.text;
    return true;
  }
  // "FL 33127" is a state before it is a floor.
  if (at > 0 && takeTail(draft, part, index)) return true;
  const unit = unitOf(part, lexicon.unitWords);
  if (unit !== null && unit.rest === "") {
    draft.unit ??= unit.unit;
    return true;
  }
  if (at > 0 && takePlace(draft, part, index)) return true;
  if (draft.street !== null || !isStreet(part, lexicon.streetTypes)) return false;
  readStreet(draft, unit === null ? part : unit.rest, unit?.unit ?? null, pack, index);
  return true;
}

// A postcode, or "Las Vegas NV 89132", "NV 89132", "NV".
function takeTail(draft: Draft, part: string, index: PlaceIndex): boolean {
  if (POSTCODE.test(part)) {
    draft.postcode ??= part.toUpperCase();
    return true;
  }
  const [, town = "", region, code] = /^(.*?)\s*\b([A-Z]{2})(?:\s+(\d{5}(?:-\d{4})?|\d{4}))?$/.exec(part) ?? [];
  if (region === undefined || (code === undefined && town !== "")) return false;
  draft.postcode ??= code ?? null;
  if (draft.region === null) setRegion(draft, region, index);
  if (town !== "" && draft.locality === null) setLocality(draft, town, index);
  return true;
}

function takePlace(draft: Draft, part: string, index: PlaceIndex): boolean {
  const isPlace = index.places.has(placeForm(part));
  const isRegion = index.regions.has(placeForm(part));
  if (!isPlace && !isRegion) return false;
  // "Kingston" is a town before it is a parish; "Portland" after a town is the parish.
  if (isPlace && draft.locality === null) setLocality(draft, part, index);
  else if (isRegion && draft.region === null) setRegion(draft, part, index);
  return true;
}

function readStreet(draft: Draft, text: string, unit: string | null, pack: CountryPack, index: PlaceIndex): void {
  const { unitWords } = lexiconIndex(pack);
  const list = text.split(" ");
  let street = text;
  // "1 Bay Street Kingston 10" without a comma: what follows the street type is a place that the pack knows.
  for (let from = list.length - 1; from >= 2; from -= 1) {
    const end = list.slice(from).join(" ");
    const district = postalDistrict(end, index);
    if (district === null && !(index.places.has(placeForm(end)) && isStreetType(list[from - 1], pack))) continue;
    street = list.slice(0, from).join(" ");
    draft.locality ??= district?.place ?? nameCase(end);
    draft.postcode ??= district?.text ?? null;
    break;
  }
  const inner = unitOf(street, unitWords);
  if (inner !== null && inner.rest !== "") {
    street = inner.rest;
    draft.unit ??= inner.unit;
  }
  draft.unit ??= unit;
  draft.street = nameCase(street);
}

function isStreetType(word: string | undefined, pack: CountryPack): boolean {
  return word !== undefined && lexiconIndex(pack).streetTypes.has(fold(word).replace(/\./g, ""));
}

function isStreet(part: string, types: ReadonlyMap<string, string>): boolean {
  if (/^\d+[a-z]?\b\s*[\p{L}\d]/iu.test(part) || /^(?:lot|p\.?\s*o\.?\s*box|box)\b/i.test(part)) return true;
  return words(part).length > 1 && words(part).some((word, at) => at > 0 && types.has(word) && word.length > 1);
}

// "Suite 34", "Apt. 4B", "#12", "Shop 12 Island Plaza" (the rest is kept), "12 Main St Apt 4".
function unitOf(part: string, unitWords: ReadonlySet<string>): { unit: string; rest: string } | null {
  const lead = /^([\p{L}]+)\.?\s*(?:#|no\.?\s*)?([\p{L}]?\d+[\p{L}]?|[A-Z])\b[\s,]*(.*)$/iu.exec(part);
  if (lead?.[1] !== undefined && unitWords.has(fold(lead[1])) && lead[2] !== undefined) {
    return { unit: `${nameCase(lead[1].toLowerCase())} ${lead[2].toUpperCase()}`, rest: (lead[3] ?? "").trim() };
  }
  const hash = /^#\s*([\p{L}]?\d+[\p{L}]?)$/u.exec(part);
  if (hash?.[1] !== undefined) return { unit: `Unit ${hash[1].toUpperCase()}`, rest: "" };
  const tail = /^(.*\S)\s+(?:([\p{L}]+)\.?\s*#?|#)\s*([\p{L}]?\d+[\p{L}]?)$/u.exec(part);
  if (tail?.[1] !== undefined && tail[3] !== undefined && (tail[2] === undefined || unitWords.has(fold(tail[2])))) {
    const word = tail[2] === undefined ? "Unit" : nameCase(tail[2].toLowerCase());
    return { unit: `${word} ${tail[3].toUpperCase()}`, rest: tail[1].trim() };
  }
  return null;
}

function cleanUnit(text: string | null): string | null {
  if (text === null) return null;
  return /^#?\s*[a-z]?\d+[a-z]?$/i.test(text) ? `Unit ${text.replace(/[#\s]/g, "").toUpperCase()}` : nameCase(text);
}

function postalDistrict(text: string, index: PlaceIndex): { place: string; text: string } | null {
  const found = index.postalDistrict?.exec(tidy(text));
  if (found === null || found === undefined || found[1] === undefined || found[2] === undefined) return null;
  const place = index.places.get(placeForm(found[1]))?.name ?? nameCase(found[1]);
  return { place, text: `${place} ${found[2]}` };
}

function setPostcode(draft: Draft, text: string | null, index: PlaceIndex): void {
  if (text === null || /^0+$/.test(text)) return;
  const district = postalDistrict(text, index);
  draft.postcode = district?.text ?? text.toUpperCase();
}

function setLocality(draft: Draft, text: string | null, index: PlaceIndex): void {
  if (text === null) return;
  const district = postalDistrict(text, index);
  if (district !== null) {
    draft.locality = district.place;
    draft.postcode ??= district.text;
    return;
  }
  const bare = text.replace(/\s+P\.?\s*[OA]\.?$/i, "");
  draft.locality = index.places.get(placeForm(bare))?.name ?? nameCase(bare);
}

function setRegion(draft: Draft, text: string | null, index: PlaceIndex): void {
  if (text === null) return;
  const region = index.regions.get(placeForm(text));
  draft.region = region?.name ?? nameCaseRegion(text);
  draft.regionCode = region?.code ?? null;
}

function nameCaseRegion(text: string): string {
  return /^[A-Z]{2,3}$/.test(text) ? text : nameCase(text);
}

function settleRegion(draft: Draft, pack: CountryPack, index: PlaceIndex): void {
  const place = draft.locality === null ? undefined : index.places.get(placeForm(draft.locality));
  if (draft.region === null && place?.regions.length === 1 && (draft.country ?? pack.country) === pack.country) {
    const code = place.regions[0] ?? "";
    draft.regionCode = code;
    draft.region = index.regionByCode.get(code) ?? null;
  }
  if (draft.country === null && draft.regionCode !== null) draft.country = pack.country;
  // A district of the corporate area with the town as its "region" says nothing about the parish.
  if (
    draft.postcode !== null &&
    draft.regionCode !== null &&
    draft.region === draft.locality &&
    place !== undefined &&
    place.regions.length > 1
  ) {
    draft.region = null;
    draft.regionCode = null;
  }
}
