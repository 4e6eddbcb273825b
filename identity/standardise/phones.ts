import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import type { CountryCode, PhoneNumber } from "libphonenumber-js/max";
import type { CountryPack } from "#core";
import { digits, sortedUnique } from "../text.ts";
import { phoneCandidates } from "./phone-lines.ts";
import { isHome, isHopeless, plainNumber } from "./phone-plan.ts";

/** Telephone numbers found in cells, and what was odd about them. */
export interface PhonesResult {
  /** E.164, sorted, distinct. */
  readonly phones: readonly string[];
  /** `phone_unreadable`, `phone_invalid`, `phone_placeholder`, `area_inferred`, `extension_dropped`, … */
  readonly notes: readonly string[];
}

/** One telephone number of a cell. */
export interface PhoneReading {
  /** E.164; null where it is no number that can be dialled. */
  readonly e164: string | null;
  readonly valid: boolean;
  /** `FIXED_LINE`, `MOBILE`, `TOLL_FREE`, … as libphonenumber calls them; null where unknown. */
  readonly type: string | null;
  /** ISO 3166-1 alpha-2; null where unknown. */
  readonly country: string | null;
  readonly extension: string | null;
  readonly notes: readonly string[];
}

/**
 * Reads every telephone number of one or more cells: lists, "or", T:/F: labels, "926-1234/5" (two lines),
 * "926-1234-6" (a range), extensions, 00 and 011 prefixes, and local numbers without an area code.
 */
export function normalisePhones(
  cells: string | readonly string[],
  options: { readonly pack: CountryPack },
): PhonesResult {
  const phones: string[] = [];
  const notes = new Set<string>();
  for (const cell of typeof cells === "string" ? [cells] : cells) {
    const plain = plainNumber(cell, options.pack);
    if (plain !== null) {
      // The notes that the full reading leaves.
      if (plain.isLocal) notes.add("area_inferred");
      if (!plain.isListed) notes.add("block_unlisted");
      phones.push(plain.e164);
      continue;
    }
    for (const reading of readPhones(cell, options)) {
      for (const note of reading.notes) notes.add(note);
      if (reading.extension !== null) notes.add("extension_dropped");
      if (reading.valid && reading.e164 !== null) phones.push(reading.e164);
    }
  }
  return { phones: sortedUnique(phones), notes: [...notes].sort() };
}

/** Every telephone number of a cell in the order in which they stand there; doubles are left out. */
export function readPhones(cell: string, options: { readonly pack: CountryPack }): readonly PhoneReading[] {
  const readings: PhoneReading[] = [];
  for (const { text, extension, notes } of phoneCandidates(cell, options.pack)) {
    const reading = readOne(text, extension, notes, options.pack);
    const known = readings.some((one) => one.e164 !== null && one.e164 === reading.e164);
    if (!known) readings.push(reading);
  }
  return readings;
}

function readOne(text: string, extension: string | null, given: readonly string[], pack: CountryPack): PhoneReading {
  const number = digits(text);
  const nothing = { e164: null, valid: false, type: null, country: null, extension };
  if (number === "") return { ...nothing, notes: given };
  if (isFiller(number)) return { ...nothing, notes: [...given, "phone_placeholder"] };
  for (const { dial, note } of dialled(text, number, pack)) {
    if (isHopeless(dial, pack)) continue;
    const parsed = parsePhoneNumberFromString(dial, pack.country as CountryCode);
    if (parsed === undefined || !isCallable(parsed, pack)) continue;
    const listed = parsed.isValid();
    const notes = [...given, ...(note === null ? [] : [note]), ...(listed ? [] : ["block_unlisted"])];
    return {
      e164: parsed.number,
      valid: true,
      type: parsed.getType() ?? null,
      country: parsed.country ?? (isHome(parsed.number, pack) ? pack.country : null),
      extension: extension ?? parsed.ext ?? null,
      notes,
    };
  }
  return { ...nothing, notes: [...given, "phone_invalid"] };
}

/** The ways in which a number may be meant to be dialled, likeliest first. */
function dialled(text: string, number: string, pack: CountryPack): { dial: string; note: string | null }[] {
  const { callingCode, defaultArea, areas, localLength } = pack.phone;
  const ways: { dial: string; note: string | null }[] = [];
  const plus = text.includes("+");
  const home = `+${callingCode}`;
  if (number.length === localLength && defaultArea !== null && !plus) {
    return [{ dial: `${home}${defaultArea}${number}`, note: "area_inferred" }];
  }
  if (/^\s*(?:00|011)\d/.test(text.replace(/[\s()-]/g, ""))) {
    ways.push({ dial: `+${number.replace(/^(?:00|011)/, "")}`, note: null });
  }
  ways.push({ dial: plus ? `+${number}` : text, note: null });
  const local = number.replace(/^0+/, "");
  // "+876 926 1234", "0876 926 1234", "001 876…" with the country's own code left out or a zero put before.
  if (areas.some((area) => local.startsWith(area)) && localLength !== null) {
    const area = areas.find((one) => local.startsWith(one)) ?? "";
    if (local.length === area.length + localLength) {
      ways.push({ dial: `${home}${local}`, note: "prefix_mended" });
    }
  }
  if (localLength !== null && defaultArea !== null && number === callingCode + number.slice(-localLength)) {
    ways.push({ dial: `${home}${defaultArea}${number.slice(-localLength)}`, note: "area_inferred" });
  }
  // A trunk zero in brackets inside an international number: "+44 (0)20 7946 0958".
  if (/\(\s*0\s*\)/.test(text)) ways.push({ dial: text.replace(/\(\s*0\s*\)/, ""), note: null });
  if (!plus && number.length >= 11) ways.push({ dial: `+${number}`, note: "international_inferred" });
  return ways;
}

/** Assigned, or of the home areas in the number plan's form: lists of assigned blocks lag behind new ones. */
function isCallable(parsed: PhoneNumber, pack: CountryPack): boolean {
  return parsed.isValid() || isHome(parsed.number, pack);
}

// 000-0000, 111-1111, 123-4567, 876-000-0000: typed to get past a required field.
function isFiller(number: string): boolean {
  const local = number.slice(-7);
  return (
    /^(\d)\1+$/.test(local) || local === "1234567" || /^0123456789$|^1234567890$/.test(number) || /^0+$/.test(number)
  );
}
