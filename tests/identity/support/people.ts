import { readFileSync } from "node:fs";
import { sourceKey } from "#core";
import type { CountryPack, CustomerFields } from "#core";
import { loadPack, standardiseCustomer } from "#identity";
import type { LinkRecord } from "#identity";

/** The pack of Jamaica, as the product reads it. */
export const jamaica: CountryPack = loadPack(
  JSON.parse(readFileSync(new URL("../../../packs/jm/pack.json", import.meta.url), "utf8")),
);

/** A pack by its folder. */
export function packOf(country: string): CountryPack {
  return loadPack(JSON.parse(readFileSync(new URL(`../../../packs/${country}/pack.json`, import.meta.url), "utf8")));
}

/** A cleansed record made from what a source wrote. */
export function recordOf(source: string, id: string, fields: Omit<CustomerFields, "kind">): LinkRecord {
  const parts = { source, account: "main", stream: "customers" };
  const key = sourceKey({ ...parts, id });
  return { ...standardiseCustomer({ kind: "customer", ...fields }, { pack: jamaica, key, ...parts }), key, ...parts };
}

const GIVEN =
  "Marcia Devon Keisha Omar Tanya Ricardo Simone Andre Nadine Courtney Sonia Leroy Camille Glenroy Althea Dwight Kerry Paulette Winsome Errol".split(
    " ",
  );
const FAMILY =
  "Brown Campbell Wright Gordon Francis Bailey Powell Reid Clarke Grant Morgan Stewart Hylton Gayle Lindo Chin Barrett Facey Wedderburn Tulloch".split(
    " ",
  );
const STREETS =
  "Hope Road|Barbican Road|Duke Street|Harbour Street|Barnett Street|Main Street|Ward Avenue|Manchester Road".split(
    "|",
  );
const TOWNS = ["Kingston", "Mandeville", "Montego Bay", "May Pen", "Ocho Rios"];

/** Persons, each known to three sources that write them differently; and which record is whose. */
export function smallTown(people: number): {
  readonly records: LinkRecord[];
  readonly truth: ReadonlyMap<string, string>;
} {
  const records: LinkRecord[] = [];
  const truth = new Map<string, string>();
  const add = (record: LinkRecord, who: string): void => {
    records.push(record);
    truth.set(record.key, who);
  };
  for (let n = 0; n < people; n += 1) {
    const given = GIVEN[n % GIVEN.length] ?? "";
    const family = FAMILY[(n * 7 + Math.floor(n / GIVEN.length)) % FAMILY.length] ?? "";
    const phone = `876-${String(300 + (n % 600))}-${String(1000 + ((n * 37) % 9000))}`;
    const email = `${given}.${family}${n}@gmail.com`;
    const street = `${String(3 + n)} ${STREETS[n % STREETS.length] ?? ""}`;
    const town = TOWNS[n % TOWNS.length] ?? "";
    add(
      recordOf("quickbooks", String(n), {
        name: `${given} ${family}`,
        givenName: given,
        familyName: family,
        phones: [phone],
        emails: [email],
        street,
        locality: town,
      }),
      `p${n}`,
    );
    add(
      recordOf("excel", `row${n}`, {
        name: `${family}, ${given}`,
        phones: [phone.replaceAll("-", "")],
        address: `${street}, ${town}`,
      }),
      `p${n}`,
    );
    if (n % 2 === 0)
      add(
        recordOf("google-sheets", `s${n}`, {
          name: `${given.charAt(0)}. ${family}`,
          emails: [email.toUpperCase()],
          phones: [`(876) ${phone.slice(4)}`],
        }),
        `p${n}`,
      );
  }
  return { records, truth };
}
