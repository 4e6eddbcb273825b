import type { LinkRecord } from "../link-types.ts";

/** From here on a type is more than the form of a name. */
const SURE = 0.9;
/** Sure records of the leading type that are needed, and how many of them for each of the other. */
const LEAST = 10;
const LEADING = 4;
/** Natural log-odds for a person that a name starts with whose form says nothing; a list's own share takes their place. */
const PLAIN = 1.5;

/**
 * Lets a list speak for its doubtful rows: where nearly all names that show what they are name firms (or persons), a name
 * that shows nothing ("Bistro Garden" among restaurants) is most likely one as well. Records typed by more than their name
 * stay as they are.
 */
export function typeByList(records: readonly LinkRecord[]): readonly LinkRecord[] {
  let [firms, persons] = [0, 0];
  for (const { entityType, entityTypeProbability } of records) {
    if (entityTypeProbability < SURE) continue;
    if (entityType === "organisation") firms += 1;
    else if (entityType === "person") persons += 1;
  }
  const leads = Math.max(firms, persons) >= LEAST && Math.max(firms, persons) >= LEADING * Math.min(firms, persons);
  if (!leads) return records;
  const shift = Math.log((firms + 1) / (persons + 1));
  return records.map((record) => retyped(record, shift));
}

function retyped(record: LinkRecord, shift: number): LinkRecord {
  const { entityType, entityTypeProbability } = record;
  if (entityType === "not_a_customer" || entityTypeProbability >= SURE) return record;
  const firm =
    entityType === "organisation" ? entityTypeProbability : entityType === "person" ? 1 - entityTypeProbability : 0.5;
  const odds = Math.log(firm / (1 - firm)) + shift + (shift > 0 ? PLAIN : 0);
  const probability = 1 / (1 + Math.exp(-odds));
  const isFirm = probability >= 0.5;
  const type = isFirm ? "organisation" : "person";
  const sure = Math.round(Math.min(0.98, isFirm ? probability : 1 - probability) * 1000) / 1000;
  return { ...record, entityType: sure < 0.65 ? "unknown" : type, entityTypeProbability: sure };
}
