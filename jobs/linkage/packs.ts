import type { CountryPack } from "#core";
import { loadCountryPack, namedCountry, packedCountries } from "../workspace.ts";

/** Packs that are asked first where none is named: the first of them is the one of a list that speaks of no country. */
const FIRST: readonly string[] = ["JM", "US", "GB", "CA"];

/** All packs, that of `country` first. Throws USAGE for a country without a pack, as an error of the command named. */
export async function loadPacks(country?: string, command = "link"): Promise<readonly [CountryPack, ...CountryPack[]]> {
  const there = await packedCountries();
  const all = [...FIRST.filter((one) => there.includes(one)), ...there.filter((one) => !FIRST.includes(one))];
  const first = await namedCountry(country ?? all[0] ?? "", command);
  const rest = await Promise.all(all.filter((one) => one !== first).map((one) => loadCountryPack(one)));
  return [await loadCountryPack(first), ...rest];
}
