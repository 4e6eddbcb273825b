import { z } from "zod";

const list = z.array(z.string()).readonly();
const shares = z.record(z.string(), z.number().positive()).readonly();

/** A country's facts as data: `packs/<code>/pack.json`. The engine knows no country. */
export const countryPackSchema = z
  .object({
    /** ISO 3166-1 alpha-2. */
    country: z.string().length(2),
    name: z.string(),
    currency: z.string().length(3),
    timeZone: z.string(),
    locale: z.string(),
    source: z.string(),
    licence: z.string(),
    dateOrder: z.enum(["dmy", "mdy", "ymd"]),
    phone: z.object({
      callingCode: z.string(),
      /** Area code put before a number of `localLength` digits without one. */
      defaultArea: z.string().nullable(),
      areas: list,
      localLength: z.number().nullable(),
    }),
    /** Signs that mean the home currency when written without a code ("J$", "$"). */
    currencySigns: z.record(z.string(), z.string()),
    regions: z.array(z.object({ code: z.string(), name: z.string(), aliases: list }).readonly()).readonly(),
    /** Places with the regions in which a place of that name lies; a name in several regions decides nothing. */
    places: z.array(z.object({ name: z.string(), regions: list, aliases: list.optional() }).readonly()).readonly(),
    /** Regular expressions for postal districts inside the locality ("Kingston 10"). */
    postalDistrict: z.string().nullable(),
    streetTypes: z.record(z.string(), z.string()),
    unitWords: list,
    legalForms: z.array(z.object({ form: z.string(), aliases: list }).readonly()).readonly(),
    organisationWords: list,
    tradingAs: list,
    placeholders: list,
    nicknames: z.array(list).readonly(),
    /** How many of ten thousand people bear a name, for the common ones; names that are not listed are rare. */
    commonNames: z.object({ given: shares, family: shares }).readonly(),
    /** Names of countries and what belongs to them, those of one country together, the usual one first. */
    countryNames: z.array(list).readonly(),
    /** Words that firms put behind their names because they are of the country: they tell no firm from another. */
    homeWords: list.default([]),
    /** What mailbox names and handles of the country end in. */
    handleEnds: list.default([]),
    titles: list,
    taxId: z.object({ name: z.string(), pattern: z.string() }).nullable(),
    holidays: z.array(z.string()).readonly().optional(),
  })
  .readonly();

/** A validated country pack. */
export type CountryPack = z.infer<typeof countryPackSchema>;
