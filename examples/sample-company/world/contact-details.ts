import { PARISHES } from "../data/places.ts";
import { spellParish, spellStreet, spellTown } from "./addresses.ts";
import type { Rng } from "./random.ts";
import { spellEmail, spellFirm, spellPerson, spellPhone, typo, withSecondLine, type PersonName } from "./spelling.ts";
import type { Entity } from "./types.ts";

/** What one source knows of one customer. */
export interface Details {
  /** Name as this source shows it. */
  readonly name: string;
  readonly person: PersonName;
  readonly company: string;
  /** Spelled telephone number, or empty. */
  readonly phone: string;
  readonly digits: string;
  readonly phone2: string;
  readonly email: string;
  readonly street: string;
  readonly town: string;
  readonly parish: string;
}

/** How well a source keeps its data: shares of missing and stale values. */
export interface Quality {
  readonly noise: number;
  readonly noPhone: number;
  readonly noEmail: number;
  readonly noAddress: number;
}

function pickDigits(r: Rng, entity: Entity, quality: Quality): string {
  if (r.chance(quality.noPhone)) return "";
  if (entity.oldPhone !== "" && r.chance(0.3)) return entity.oldPhone;
  return entity.phone2 !== "" && r.chance(0.2) ? entity.phone2 : entity.phone;
}

/** Draws what a source has on file, with the slips, gaps and stale values of real offices. */
export function detailsOf(r: Rng, entity: Entity, quality: Quality): Details {
  const person = spellPerson(r, entity, quality.noise);
  const company = entity.type === "organisation" ? spellFirm(r, entity, quality.noise) : "";
  const digits = pickDigits(r, entity, quality);
  const address = entity.oldAddress !== null && r.chance(0.35) ? entity.oldAddress : entity.address;
  const known = !r.chance(quality.noAddress);
  const street = r.chance(0.06 * quality.noise) ? typo(r, address.street) : address.street;
  const both = digits === entity.phone && entity.phone2 !== "" && r.chance(0.06);
  return {
    name: company === "" ? person.full : company,
    person,
    company,
    digits,
    phone: digits === "" ? "" : both ? withSecondLine(r, digits, entity.phone2) : spellPhone(r, digits),
    phone2:
      !both && digits === entity.phone && entity.phone2 !== "" && r.chance(0.4) ? spellPhone(r, entity.phone2) : "",
    email: entity.email !== "" && !r.chance(quality.noEmail) ? spellEmail(r, entity.email) : "",
    street: known ? spellStreet(r, street) : "",
    town: known ? spellTown(r, address.town) : "",
    parish: known || r.chance(0.5) ? spellParish(r, address.parish) : "",
  };
}

/** The sales person of a parish (index of a list of six). */
export function repIndex(entity: Entity): number {
  return PARISHES.findIndex((p) => p.name === entity.address.parish) % 6;
}
