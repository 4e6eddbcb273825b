import { FirmNeighbours } from "./firm-neighbours.ts";
import { lexiconIndex } from "./lexicon.ts";
import type { Lexicon } from "./lexicon.ts";
import type { LinkRecord } from "./link-types.ts";
import { fold, words } from "./text.ts";

/** Below this a type is only guessed from the form of a name. */
const SURE = 0.9;

interface WordCounts {
  firms: number;
  persons: number;
}

/**
 * Takes back guesses that the other records speak against: a record taken for a person by the form of its name alone,
 * whose name is a firm's elsewhere, is nearly that of a firm reached as it is, or ends in a word that only firms bear here
 * ("Eagle Guest House"), is of unknown type.
 */
export function reviseTypes(records: readonly LinkRecord[], lexicon: Lexicon): readonly LinkRecord[] {
  const firmNames = new Set<string>();
  const counts = new Map<string, WordCounts>();
  const neighbours = new FirmNeighbours();
  for (const record of records) {
    const isFirm = record.entityType === "organisation" && record.entityTypeProbability >= SURE;
    const isPerson = record.entityType === "person" && record.entityTypeProbability >= SURE;
    if (!isFirm && !isPerson) continue;
    if (isFirm) {
      firmNames.add(fold(record.displayName));
      neighbours.add(record);
    }
    for (const word of new Set(words(record.displayName))) {
      let count = counts.get(word);
      if (count === undefined) counts.set(word, (count = { firms: 0, persons: 0 }));
      if (isFirm) count.firms += 1;
      else count.persons += 1;
    }
  }
  if (firmNames.size === 0) return records;
  const index = lexiconIndex(lexicon);
  return records.map((record) => {
    if (record.entityType !== "person" || record.entityTypeProbability >= SURE) return record;
    const list = words(record.displayName);
    const last = counts.get(list.at(-1) ?? "");
    const isFirmWord = last !== undefined && last.firms >= 5 && last.firms >= 20 * last.persons;
    const isFirmName = firmNames.has(fold(record.displayName)) || (list.length > 1 && isFirmWord);
    if (!isFirmName && neighbours.like(record, index) === undefined) return record;
    return { ...record, entityType: "unknown" };
  });
}
