import type { CountryPack } from "#core";
import { loadCountryPack } from "../workspace.ts";

/** Packs whose words every list is read with; places and numbers are those of the country that the rows speak of. */
const COUNTRIES = ["JM", "US", "GB", "CA"] as const;

/** All packs, that of `country` first. Throws CONFIG_INVALID for a country without a pack. */
export async function loadPacks(country?: string): Promise<readonly [CountryPack, ...CountryPack[]]> {
  const first = await loadCountryPack(country ?? COUNTRIES[0]);
  const rest = await Promise.all(COUNTRIES.filter((one) => one !== first.country).map((one) => loadCountryPack(one)));
  return [first, ...rest];
}
