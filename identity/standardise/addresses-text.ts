import type { CountryPack } from "#core";
import { lexiconIndex } from "../lexicon.ts";
import { countryCode, nearestPlace, placeForm } from "../places.ts";
import type { PlaceIndex } from "../places.ts";
import { fold, nameCase, tidy, words } from "../text.ts";
import { bareTown, postalDistrict, setLocality, setRegion } from "./addresses-draft.ts";
import type { Draft } from "./addresses-draft.ts";
import { unitOf } from "./addresses-unit.ts";
import type { UnitText } from "./addresses-unit.ts";

const POSTCODE =
  /^(?:\d{5}(?:-\d{4})?|JM[A-Z]{2,4}\d{0,2}|[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}|[A-Z]\d[A-Z]\s*\d[A-Z]\d|\d{4})$/i;

/** "London NW1 6XE", "ON M5H 2N2": British and Canadian postcodes after a town or province. */
const COUNTRY_CODE_AT_END = /^(.*\S)\s+([A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}|[A-Z]\d[A-Z]\s*\d[A-Z]\d)$/;

/** A post office box at the beginning or in the middle of a line. */
const BOX = /(?:^|(?<=\S)(?<!\bP\.?\s?O\.?)[\s,]+)((?:P\.?\s*O\.?\s*)?Box\s*#?\s*\d+)\b/gi;

/** The code that was announced for Jamaica and withdrawn; it stands behind towns and parishes all the same. */
const WITHDRAWN_CODE = /^JM[A-Z]{3}\d{2}$/i;

/** What may stand between parts. */
const SEPARATOR = /[,;|\u2022\r\n\u2013\u2014-]/;

/** Parts of an address: lines, commas, and dashes or bars that stand alone; "12 - 14 Hope Road" is one. */
function splitText(text: string): readonly string[] {
  const boxed = /box/i.test(text) ? text.replace(BOX, ", $1, ") : text;
  if (!SEPARATOR.test(boxed)) return [boxed];
  return boxed.split(/\s*(?:[,;|\u2022\r\n]|(?<!\d)\s[-\u2013\u2014]\s|\s[-\u2013\u2014]\s(?!\d))\s*/);
}

/** Reads the free text of an address into the parts that are not known yet. */
export function readText(draft: Draft, text: string, pack: CountryPack, index: PlaceIndex): void {
  const parts = partsOf(text, pack, index);
  const left: string[] = [];
  for (const [at, part] of parts.entries()) {
    const country = at > 0 && part.length > 1 && at >= parts.length - 2 ? countryCode(part) : null;
    if (country !== null && !index.regions.has(placeForm(part))) draft.country ??= country;
    else if (!takePart(draft, part, at, pack, index)) left.push(part);
  }
  for (const part of left) {
    const town = draft.street !== null && !/\d/.test(part) && !isBuilding(part);
    if ((town || left.length === 1) && !/\d/.test(part) && takeMisspelt(draft, part, index)) continue;
    if (draft.locality === null && town) draft.locality = nameCase(bareTown(part));
    else draft.street = draft.street === null ? part : `${draft.street}, ${part}`;
  }
}

function partsOf(text: string, pack: CountryPack, index: PlaceIndex): readonly string[] {
  const parts: string[] = [];
  for (const piece of splitText(text)) {
    const plain = tidy(piece);
    const part = plain.endsWith(".") ? plain.replace(/(?<!\b[A-Za-z])\.$/, "") : plain;
    if (part !== "") peelTail(part, pack, index, parts);
  }
  return parts;
}

/** A region or town with one slip of the pen, where no other one is as near. */
function takeMisspelt(draft: Draft, part: string, index: PlaceIndex): boolean {
  const form = nearestPlace(placeForm(bareTown(part)), index);
  if (form === null) return false;
  draft.notes.push("spelling_assumed");
  return takePlace(draft, form, index);
}

/** "12 Hope Rd Kingston 10 St. Andrew Jamaica" as its parts: what the pack knows is taken from the end, word by word. */
function peelTail(part: string, pack: CountryPack, index: PlaceIndex, parts: string[]): void {
  const gap = part.lastIndexOf(" ");
  if (gap < 0 || isNoTail(part.slice(gap + 1), index)) {
    parts.push(part);
    return;
  }
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
  if (tail.length === 0 || (!sure && !endsStreet(list, pack, index))) parts.push(part);
  else parts.push(list.join(" ").replace(/[-\s]+$/, ""), ...tail);
}

function endsStreet(list: readonly string[], pack: CountryPack, index: PlaceIndex): boolean {
  const last = list.at(-1) ?? "";
  if (isStreetType(last, pack) || isBuilding(last) || /^P\.?\s?[OA]\.?$/i.test(last)) return true;
  const whole = list.join(" ");
  return unitOf(whole, lexiconIndex(pack).unitWords)?.rest === "" || isPlace(whole, index);
}

const LETTERS = /^[A-Za-z]{3,}$/;

// A plain word with which no name of a place, region or country ends ends none here.
function isNoTail(last: string, index: PlaceIndex): boolean {
  if (!LETTERS.test(last)) return false;
  const word = last.toLowerCase();
  return word !== "parish" && !index.lastWords.has(word);
}

/** The name of a place or region, also with a slip of the pen. */
function isPlace(text: string, index: PlaceIndex): boolean {
  const form = placeForm(bareTown(text));
  return index.places.has(form) || index.regions.has(form) || nearestPlace(form, index) !== null;
}

function tailKind(end: string, pack: CountryPack, index: PlaceIndex): "district" | "place" | null {
  if (postalDistrict(end, index) !== null || WITHDRAWN_CODE.test(end)) return "district";
  const country = countryCode(end);
  if (country !== null && (end.length > 3 || country === pack.country)) return "place";
  const form = placeForm(bareTown(end));
  return index.regions.has(form) || index.places.has(form) ? "place" : null;
}

const BUILDING =
  /\b(?:plaza|mall|centre|center|complex|tower|towers|building|bldg|house|court|arcade|village|estate|estates|gardens|scheme|phase|district|industrial|business park|shopping|terminal|compound|mews|manor|apartments)\b/i;

function isBuilding(part: string): boolean {
  return BUILDING.test(part);
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
    addUnit(draft, unit.unit);
    return true;
  }
  if (takePlace(draft, part, index)) return true;
  return takeStreet(draft, part, unit, pack, index);
}

/** Units add up: "Phase 2, Lot 233". */
function addUnit(draft: Draft, unit: string): void {
  const known = draft.unit?.split(", ") ?? [];
  if (!known.includes(unit)) draft.unit = [...known, unit].join(", ");
}

function takeStreet(draft: Draft, part: string, unit: UnitText | null, pack: CountryPack, index: PlaceIndex): boolean {
  if (draft.street === null && isStreet(part, lexiconIndex(pack).streetTypes)) {
    readStreet(draft, unit === null ? part : unit.rest, unit?.unit ?? null, pack, index);
    return true;
  }
  if (unit === null) return false;
  // "Apt 5 Albert Town P.O.": the unit, then the place.
  if (unit.rest !== "" && takePlace(draft, unit.rest, index)) {
    addUnit(draft, unit.unit);
    return true;
  }
  if (!isBuilding(unit.rest)) return false;
  addUnit(draft, unit.unit);
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
    if (draft.postcode !== null && WITHDRAWN_CODE.test(part)) draft.notes.push("postcode_unofficial");
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
  // "Montego Bay #2": the number of its post office.
  const [, numbered = ""] = endsInDigit(part) ? (/^(.*[^\s#])\s*#?\s*\d{1,2}$/.exec(part) ?? []) : [];
  const bare = bareTown(numbered !== "" && index.places.has(placeForm(bareTown(numbered))) ? numbered : part);
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

function endsInDigit(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last >= 48 && last <= 57;
}

function readStreet(draft: Draft, text: string, unit: string | null, pack: CountryPack, index: PlaceIndex): void {
  const { unitWords } = lexiconIndex(pack);
  const list = text.split(" ");
  let street = text;
  // "1 Bay Street Kingston 10" without a comma: what follows the street type is a place that the pack knows.
  for (let from = list.length - 1; from >= 2; from -= 1) {
    const end = from === list.length - 1 ? (list[from] ?? "") : list.slice(from).join(" ");
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
    addUnit(draft, inner.unit);
  }
  if (unit !== null) addUnit(draft, unit);
  draft.street = nameCase(street);
}

function isStreetType(word: string | undefined, pack: CountryPack): boolean {
  return word !== undefined && lexiconIndex(pack).streetTypes.has(fold(word).replace(/\./g, ""));
}

function isStreet(part: string, types: ReadonlyMap<string, string>): boolean {
  if (/^\d+[a-z]?\b\s*[\p{L}\d]/iu.test(part) || /^(?:lot|p\.?\s*o\.?\s*box|box)\b/i.test(part)) return true;
  return words(part).some((word, at) => at > 0 && word.length > 1 && types.has(word));
}
