import type { CountryPack } from "#core";
import { countryCode, placeForm, placeIndex } from "../places.ts";
import type { PlaceIndex } from "../places.ts";
import { orNull } from "../text.ts";
import { postalDistrict, setLocality, setPostcode, setRegion } from "./addresses-draft.ts";
import type { Draft } from "./addresses-draft.ts";
import { readText } from "./addresses-text.ts";
import type { AddressInput, AddressParts } from "./addresses-types.ts";
import { cleanUnit } from "./addresses-unit.ts";

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
    // Lines are parts: they are looked at before white space is made single.
    if (orNull(text) !== null) readText(draft, text ?? "", options.pack, index);
  }
  settleRegion(draft, options.pack, index);
  const { street, unit, locality, region, regionCode, postcode, country, notes } = draft;
  return { street, unit, locality, region, regionCode, postcode, country, notes };
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
  const lists = own === undefined ? [] : [own.regions];
  for (const form of draft.met) {
    const place = index.places.get(form);
    if (place !== undefined) lists.push(place.regions);
  }
  if (lists.length === 0) return null;
  const [first = []] = lists;
  if (lists.length === 1 && first.length > 0) return first;
  const common = first.filter((code) => lists.every((list) => list.includes(code)));
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
