import { C360Error } from "#core";
import type { CountryPack } from "#core";
import { loadCountryPack } from "../workspace.ts";

/** Packs whose words every list is read with; places and numbers are those of the country that the rows speak of. */
const COUNTRIES = ["JM", "US", "GB", "CA"] as const;

/** All packs, that of `country` first. Throws USAGE for a country without a pack, as an error of the command named. */
export async function loadPacks(country?: string, command = "link"): Promise<readonly [CountryPack, ...CountryPack[]]> {
  const first = (country ?? COUNTRIES[0]).toUpperCase();
  if (!COUNTRIES.some((one) => one === first))
    throw new C360Error("USAGE", {
      problem: `There is no country pack ${first}; --country takes ${COUNTRIES.join(", ")}.`,
      command,
    });
  const rest = await Promise.all(COUNTRIES.filter((one) => one !== first).map((one) => loadCountryPack(one)));
  return [await loadCountryPack(first), ...rest];
}
