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
  /** Postcode, or the postal district that stands for one ("Kingston 10"). */
  readonly postcode: string | null;
  readonly country: string | null;
  /** `region_ambiguous: A | B`, `region_conflict`, `region_inferred`, `postcode_unofficial`. */
  readonly notes: readonly string[];
}

type Draft = { -readonly [Part in keyof Omit<AddressParts, "notes">]: AddressParts[Part] } & {
  readonly notes: string[];
  /** Names of places that were met, whatever became of them. */
  readonly met: string[];
};

const POSTCODE =
  /^(?:\d{5}(?:-\d{4})?|JM[A-Z]{2,4}\d{0,2}|[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}|[A-Z]\d[A-Z]\s*\d[A-Z]\d|\d{4})$/i;

/** "London NW1 6XE", "ON M5H 2N2": British and Canadian postcodes after a town or province. */
const COUNTRY_CODE_AT_END = /^(.*\S)\s+([A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}|[A-Z]\d[A-Z]\s*\d[A-Z]\d)$/;

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
    notes: [],
    met: [],
  };
  setPostcode(draft, orNull(given.postcode), index);
  setLocality(draft, orNull(given.locality), index);
  setRegion(draft, orNull(given.region), index);
  for (const text of [given.street, given.address]) {
    const plain = orNull(text);
    if (plain !== null) readText(draft, plain, options.pack, index);
  }
  settleRegion(draft, options.pack, index);
  const { street, unit, locality, region, regionCode, postcode, country, notes } = draft;
  return { street, unit, locality, region, regionCode, postcode, country, notes };
}

function readText(draft: Draft, text: string, pack: CountryPack, index: PlaceIndex): void {
  const parts = text
    .split(/\s*[,;\n]\s*/)
    .map((part) => tidy(part).replace(/(?<!\b[A-Za-z])\.$/, ""))
    .filter((part) => part !== "")
    .flatMap((part) => peelTail(part, pack, index));
  const left: string[] = [];
  for (const [at, part] of parts.entries()) {
    const country = at > 0 && part.length > 1 && at >= parts.length - 2 ? countryCode(part) : null;
    if (country !== null && !index.regions.has(placeForm(part))) draft.country ??= country;
    else if (!takePart(draft, part, at, pack, index)) left.push(part);
  }
  for (const part of left) {
    const town = draft.street !== null && !/\d/.test(part) && !isBuilding(part);
    if (draft.locality === null && town) draft.locality = nameCase(bareTown(part));
    else draft.street = draft.street === null ? part : `${draft.street}, ${part}`;
  }
}

/** "12 Hope Rd Kingston 10 St. Andrew Jamaica" as its parts: what the pack knows is taken from the end, word by word. */
function peelTail(part: string, pack: CountryPack, index: PlaceIndex): string[] {
  const list = part.split(" ");
  const tail: string[] = [];
  let sure = false;
  for (let found = true; found && list.length > 1;) {
    found = false;
    for (let size = Math.min(5, list.length - 1); size >= 1 && !found; size -= 1) {
      const end = list.slice(-size).join(" ");
      const known = tailKind(end, pack, index);
      if (known === null) continue;
      if (known === "district") sure = true;
      tail.unshift(end);
      list.length -= size;
      found = true;
    }
  }
  // A town's name ends a line also where it is a road's ("5 Hope, Mona"): before the town stands the end of a street.
  const last = list.at(-1);
  const street = isStreetType(last, pack) || isBuilding(last ?? "") || /^P\.?\s?[OA]\.?$/i.test(last ?? "");
  if (tail.length === 0 || !(sure || street)) return [part];
  return [list.join(" ").replace(/[-\s]+$/, ""), ...tail];
}

function tailKind(end: string, pack: CountryPack, index: PlaceIndex): "district" | "place" | null {
  if (postalDistrict(end, index) !== null) return "district";
  const country = countryCode(end);
  if (country !== null && (end.length > 3 || country === pack.country)) return "place";
  return index.regions.has(placeForm(bareTown(end))) || index.places.has(placeForm(bareTown(end))) ? "place" : null;
}

const BUILDING =
  /\b(?:plaza|mall|centre|center|complex|tower|towers|building|bldg|house|court|arcade|village|estate|estates|gardens|scheme|phase|district|industrial|business park|shopping|terminal|compound|mews|manor|apartments)\b/i;

function isBuilding(part: string): boolean {
  return BUILDING.test(part);
}

/** A town without the mark of its post office or postal agency. */
function bareTown(text: string): string {
  return text.replace(/\s+P\.?\s*[OA]\.?$/i, "").replace(/^(?:parish of)\s+/i, "");
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
  if (/^(?:p\.?\s*o\.?\s*)?box\s*#?\s*[a-z]*\d+[a-z]*$/i.test(part)) {
    draft.street = draft.street === null ? part : `${draft.street}, ${part}`;
    return true;
  }
  // "FL 33127" is a state before it is a floor.
  if (at > 0 && takeTail(draft, part, index)) return true;
  const unit = unitOf(part, lexicon.unitWords);
  if (unit !== null && unit.rest === "") {
    draft.unit = draft.unit === null ? unit.unit : `${draft.unit}, ${unit.unit}`;
    return true;
  }
  if (takePlace(draft, part, index)) return true;
  return takeStreet(draft, part, unit, pack, index);
}

function takeStreet(
  draft: Draft,
  part: string,
  unit: { readonly unit: string; readonly rest: string } | null,
  pack: CountryPack,
  index: PlaceIndex,
): boolean {
  if (draft.street === null && isStreet(part, lexiconIndex(pack).streetTypes)) {
    readStreet(draft, unit === null ? part : unit.rest, unit?.unit ?? null, pack, index);
    return true;
  }
  if (unit === null || !isBuilding(unit.rest)) return false;
  draft.unit ??= unit.unit;
  draft.street = draft.street === null ? nameCase(unit.rest) : `${draft.street}, ${nameCase(unit.rest)}`;
  return true;
}

// "London NW1 6XE", "ON M5H 2N2".
function takeForeignCode(draft: Draft, part: string, index: PlaceIndex): boolean {
  const [, before, code] = COUNTRY_CODE_AT_END.exec(part) ?? [];
  if (before === undefined || code === undefined) return false;
  draft.postcode ??= code.toUpperCase();
  if (!/^[A-Z]{2}$/.test(before)) {
    if (!takePlace(draft, before, index)) draft.locality ??= nameCase(before);
  } else if (draft.region === null) setRegion(draft, before, index);
  return true;
}

// A postcode, or "Las Vegas NV 89132", "NV 89132", "NV".
function takeTail(draft: Draft, part: string, index: PlaceIndex): boolean {
  if (POSTCODE.test(part)) {
    draft.postcode ??= part.toUpperCase();
    return true;
  }
  if (takeForeignCode(draft, part, index)) return true;
  const [, town = "", region, code] = /^(.*?)\s*\b([A-Z]{2})(?:\s+(\d{5}(?:-\d{4})?|\d{4}))?$/.exec(part) ?? [];
  if (region === undefined || (code === undefined && town !== "")) return false;
  draft.postcode ??= code ?? null;
  if (draft.region === null) setRegion(draft, region, index);
  if (town !== "" && draft.locality === null) setLocality(draft, town, index);
  return true;
}

function takePlace(draft: Draft, part: string, index: PlaceIndex): boolean {
  const bare = bareTown(part);
  const form = placeForm(bare);
  const isPlace = index.places.has(form);
  const isRegion = index.regions.has(form);
  if (!isPlace && !isRegion) return false;
  // "Kingston" is a town before it is a parish; "Portland" after a town is the parish.
  if (isPlace && draft.locality === null) setLocality(draft, bare, index);
  else if (isRegion && draft.region === null) setRegion(draft, bare, index);
  else if (isPlace) {
    // "12 Main St, Hope Bay, Port Antonio": the first is the place, the second the town that its letters go to.
    draft.met.push(form);
  }
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
  if (district !== null) draft.locality ??= district.place;
}

function setLocality(draft: Draft, text: string | null, index: PlaceIndex): void {
  if (text === null) return;
  const district = postalDistrict(text, index);
  if (district !== null) {
    draft.locality = district.place;
    draft.postcode ??= district.text;
    return;
  }
  const bare = bareTown(text);
  draft.locality = index.places.get(placeForm(bare))?.name ?? nameCase(bare);
}

function setRegion(draft: Draft, text: string | null, index: PlaceIndex): void {
  if (text === null) return;
  const form = placeForm(bareTown(text));
  const region = index.regions.get(form);
  const place = index.places.get(form);
  if (region === undefined && place !== undefined) {
    // "MoBay", "Sav", "KSA" where a parish should stand: they say as much as the places they are.
    draft.met.push(form);
    return;
  }
  draft.region = region?.name ?? nameCaseRegion(text);
  draft.regionCode = region?.code ?? null;
}

function nameCaseRegion(text: string): string {
  return /^[A-Z]{2,3}$/.test(text) ? text : nameCase(text);
}

/** Postcodes whose form is one country's own; a zip code is American only after a state of two letters. */
function countryOfPostcode(draft: Draft): string | null {
  const code = draft.postcode ?? "";
  if (/^[A-Z]\d[A-Z]\s*\d[A-Z]\d$/i.test(code)) return "CA";
  if (/^[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}$/i.test(code)) return "GB";
  return /^\d{5}(?:-\d{4})?$/.test(code) && /^[A-Z]{2}$/.test(draft.region ?? "") ? "US" : null;
}

function settleRegion(draft: Draft, pack: CountryPack, index: PlaceIndex): void {
  if (draft.regionCode === null) draft.country ??= countryOfPostcode(draft);
  if (draft.country !== null && draft.country !== pack.country) return;
  settleDistrict(draft, index);
  const possible = possibleRegions(draft, index);
  if (draft.region === null && possible !== null) {
    const [only] = possible;
    if (possible.length === 1 && only !== undefined) {
      draft.regionCode = only;
      draft.region = index.regionByCode.get(only) ?? null;
      draft.notes.push("region_inferred");
    } else flagAmbiguous(draft, possible, index);
  } else if (draft.regionCode !== null) checkWritten(draft, possible, index);
  if (draft.country === null && (draft.regionCode !== null || possible !== null)) draft.country = pack.country;
}

/** "10" in the postcode's place after a town with numbered districts is such a district. */
function settleDistrict(draft: Draft, index: PlaceIndex): void {
  if (draft.postcode === null) return;
  const whole =
    /^\d{1,2}$/.test(draft.postcode) && draft.locality !== null ? `${draft.locality} ${draft.postcode}` : "";
  const district = whole === "" ? null : postalDistrict(whole, index);
  if (district !== null) draft.postcode = district.text;
  if (/^JM[A-Z]/.test(draft.postcode)) draft.notes.push("postcode_unofficial");
}

/** Regions in which all places of the address lie; null where it names none that is known. */
function possibleRegions(draft: Draft, index: PlaceIndex): readonly string[] | null {
  const own = draft.locality === null ? undefined : index.places.get(placeForm(draft.locality));
  const lists = [own, ...draft.met.map((form) => index.places.get(form))].flatMap((place) =>
    place === undefined ? [] : [place.regions],
  );
  if (lists.length === 0) return null;
  const [first = [], ...others] = lists;
  const common = first.filter((code) => others.every((list) => list.includes(code)));
  return common.length > 0 ? common : [...new Set(lists.flat())].sort();
}

/** A region that is written holds, unless the town in the region's place only names the town once more. */
function checkWritten(draft: Draft, possible: readonly string[] | null, index: PlaceIndex): void {
  if (possible === null || draft.regionCode === null) return;
  const district = draft.postcode === null ? undefined : index.places.get(placeForm(draft.postcode));
  if (draft.region === draft.locality && district !== undefined && !district.regions.includes(draft.regionCode)) {
    draft.region = null;
    draft.regionCode = null;
    flagAmbiguous(draft, possible, index);
  } else if (!possible.includes(draft.regionCode)) draft.notes.push("region_conflict");
}

function flagAmbiguous(draft: Draft, possible: readonly string[], index: PlaceIndex): void {
  const names = possible.map((code) => index.regionByCode.get(code) ?? code);
  draft.notes.push(`region_ambiguous: ${names.join(" | ")}`);
}
