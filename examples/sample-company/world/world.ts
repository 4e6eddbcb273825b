import { liveLife } from "./behaviour.ts";
import { keepBooks } from "./books.ts";
import type { Books } from "./books-types.ts";
import { directorySites, type Site } from "./listings.ts";
import { buildMailings, type Mailing } from "./mailings.ts";
import { buildPopulation } from "./population.ts";
import { presenceOf } from "./presence.ts";
import { socialProfiles, type Profile } from "./profiles.ts";
import { branchCustomers, tillSales } from "./tables-branch.ts";
import { officeLogs, repContacts } from "./tables-office.ts";
import { sheetCustomers, sheetVisits, sheetWalkIns } from "./tables-sheet.ts";
import type { Life, Population, Row } from "./types.ts";

/** The company's whole world over its whole life: a function of seed and scale alone. */
export interface World {
  readonly name: string;
  readonly seed: number;
  readonly scale: number;
  readonly population: Population;
  readonly lives: readonly Life[];
  readonly books: Books;
  readonly tabs: {
    readonly customers: readonly Row[];
    readonly visits: readonly Row[];
    readonly walkIns: readonly Row[];
  };
  readonly branchList: readonly Row[];
  readonly till: readonly Row[];
  readonly emails: readonly Row[];
  readonly calls: readonly Row[];
  readonly reps: readonly Row[];
  readonly sites: readonly Site[];
  readonly profiles: readonly Profile[];
  readonly mailings: readonly Mailing[];
}

/** Builds it. Scale 1 has 3,000 customers. */
export function buildWorld(seed: number, scale: number): World {
  const population = buildPopulation(seed, scale);
  const { entities } = population;
  const lives = entities.map(liveLife);
  const presences = entities.map((entity, i) => presenceOf(entity, lives[i] as Life));
  const books = keepBooks(seed, entities, lives, presences);
  const { rows: customers, names } = sheetCustomers(seed, entities, presences);
  const { rows: branchList, accounts } = branchCustomers(seed, entities, presences);
  const logs = officeLogs(seed, entities, lives);
  return {
    name: "Blue Mountain Traders Ltd",
    seed,
    scale,
    population,
    lives,
    books,
    tabs: {
      customers,
      visits: sheetVisits(seed, entities, lives, names),
      walkIns: sheetWalkIns(seed, entities, names),
    },
    branchList,
    till: tillSales(seed, entities, lives, presences, accounts),
    emails: logs.emails,
    calls: logs.calls,
    reps: repContacts(seed, entities, presences),
    sites: directorySites(seed, entities),
    profiles: socialProfiles(seed, entities),
    mailings: buildMailings(seed, entities, lives),
  };
}

/** True on the days on which a row is there. */
export function isThere(row: Row, day: number): boolean {
  return row.from <= day && (row.until === undefined || day < row.until);
}
