import { PLAZAS } from "../data/places.ts";
import type { Entity, Life } from "./types.ts";

/** Which sources know a customer, and where it buys. */
export interface Presence {
  readonly quickbooks: boolean;
  readonly sheet: boolean;
  readonly branch: boolean;
  readonly reps: boolean;
  /** Till of the Montego Bay branch, or the main books. */
  readonly channel: "books" | "till";
}

/** Decides it, reproducibly, from the customer's own random source. */
export function presenceOf(entity: Entity, life: Life): Presence {
  const r = entity.rng.fork("presence");
  const buys = life.purchases.length > 0;
  const channel = entity.west && !entity.usd && r.chance(0.75) ? "till" : "books";
  const quickbooks = (buys && channel === "books") || r.chance(0.72);
  const branch = (buys && channel === "till") || r.chance(entity.west ? 0.88 : 0.1);
  const sheet = r.chance(0.81) || (!quickbooks && !branch);
  const reps = r.chance(entity.address.street.includes("Plaza") && PLAZAS.length > 0 ? 0.88 : 0.77);
  return { quickbooks, sheet, branch, reps, channel };
}
