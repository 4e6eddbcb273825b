import { placeForm } from "../places.ts";
import type { PlaceIndex } from "../places.ts";
import { nameCase, tidy } from "../text.ts";
import type { AddressParts } from "./addresses-types.ts";

/** An address that is being taken apart. */
export type Draft = { -readonly [Part in keyof Omit<AddressParts, "notes">]: AddressParts[Part] } & {
  readonly notes: string[];
  /** Names of places that were met, whatever became of them. */
  readonly met: string[];
};

const MARKED = /\bp\.?\s*[oa]\.?$|parish/i;

/** A town without the mark of its post office or postal agency, a region without the word for what it is. */
export function bareTown(text: string): string {
  if (!MARKED.test(text)) return text;
  return text
    .replace(/\s+P\.?\s*[OA]\.?$/i, "")
    .replace(/^parish of\s+/i, "")
    .replace(/(?<=\S)\s+parish$/i, "");
}

const DIGIT = /\d/;

/** A numbered postal district ("Kingston 10") and its town, or null. */
export function postalDistrict(text: string, index: PlaceIndex): { place: string; text: string } | null {
  // Districts are numbered.
  if (!DIGIT.test(text)) return null;
  const found = index.postalDistrict?.exec(tidy(text));
  if (found === null || found === undefined || found[1] === undefined || found[2] === undefined) return null;
  const place = index.places.get(placeForm(found[1]))?.name ?? nameCase(found[1]);
  return { place, text: `${place} ${found[2]}` };
}

/** Takes a postcode or postal district. */
export function setPostcode(draft: Draft, text: string | null, index: PlaceIndex): void {
  if (text === null || /^0+$/.test(text)) return;
  const district = postalDistrict(text, index);
  draft.postcode = district?.text ?? text.toUpperCase();
  if (district !== null) draft.locality ??= district.place;
}

/** Takes a town. */
export function setLocality(draft: Draft, text: string | null, index: PlaceIndex): void {
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

/** Takes a region; the name of a town in its place only counts as met. */
export function setRegion(draft: Draft, text: string | null, index: PlaceIndex): void {
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
