import { PARISHES, ROAD_TYPES, ROADS, TOWN_TYPOS, type Parish } from "../data/places.ts";
import type { Rng } from "./random.ts";
import type { Address } from "./types.ts";

const TOTAL_WEIGHT = PARISHES.reduce((sum, p) => sum + p.weight, 0);

/** A parish, by its share of the trade. */
export function pickParish(r: Rng): Parish {
  let left = r.next() * TOTAL_WEIGHT;
  for (const parish of PARISHES) {
    left -= parish.weight;
    if (left < 0) return parish;
  }
  return r.pick(PARISHES);
}

/** The parish of an address. */
export function parishOf(address: Address): Parish {
  const found = PARISHES.find((p) => p.name === address.parish);
  if (found === undefined) throw new RangeError(`no parish ${address.parish}`);
  return found;
}

/** A new address, in a given parish or anywhere. */
export function makeAddress(r: Rng, parish: Parish = pickParish(r)): Address {
  const town = r.pick(parish.towns);
  const urban = /Kingston|Montego|Spanish Town|Portmore|Mandeville|May Pen|Ocho|Half Way/.test(town);
  const [type] = r.pick(ROAD_TYPES);
  const road = `${r.pick(ROADS)} ${type}`;
  if (!urban && r.chance(0.35)) {
    return { street: `Lot ${r.int(1, 240)} ${r.pick(ROADS)} District`, town: `${town} P.O.`, parish: parish.name };
  }
  return { street: `${r.int(1, 180)}${r.chance(0.08) ? "A" : ""} ${road}`, town, parish: parish.name };
}

/** The parish as somebody writes it. */
export function spellParish(r: Rng, parish: string): string {
  const found = PARISHES.find((p) => p.name === parish);
  return found === undefined || r.chance(0.35) ? parish : r.pick(found.spellings);
}

/** The street line as somebody writes it: abbreviated type, "#", a unit, or as it is. */
export function spellStreet(r: Rng, street: string): string {
  let text = street;
  for (const [long, short] of ROAD_TYPES) {
    if (text.endsWith(` ${long}`) && r.chance(0.5))
      text = text.slice(0, -long.length) + short + (r.chance(0.3) ? "." : "");
  }
  if (r.chance(0.06)) text = `#${text}`;
  return r.chance(0.04) ? text.toUpperCase() : text;
}

/** The town as somebody writes it. */
export function spellTown(r: Rng, town: string): string {
  const typo = TOWN_TYPOS[town];
  if (typo !== undefined && r.chance(0.12)) return typo;
  return r.chance(0.05) ? town.replace("Kingston", "Kgn") : town;
}
