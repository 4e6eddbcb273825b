import { Aliases, learnAliases, learnFrom } from "./aliases.ts";
import { FirmNeighbours } from "./firm-neighbours.ts";
import { lexiconIndex } from "./lexicon.ts";
import type { LinkRecord } from "./link-types.ts";
import { inferFamilies, prepareRecord } from "./prepare.ts";
import type { Prepared } from "./prepare.ts";
import type { LinkageSettings } from "./settings.ts";
import { fold, words } from "./text.ts";
import { reviseTypes } from "./type-revision.ts";

/** Below this a type is only guessed from the form of a name. */
const SURE = 0.9;

interface WordEvidence {
  firm: LinkRecord | null;
  person: LinkRecord | null;
  firms: number;
  persons: number;
}

/**
 * What a list teaches about the reading of one record: names that firms bear, words that only firms end in, family names
 * that people bear. Records that are taken out again stay part of it until it is learnt anew.
 */
export class ListKnowledge {
  private readonly firmNames = new Map<string, LinkRecord>();
  private readonly byWord = new Map<string, WordEvidence>();
  private readonly neighbours = new FirmNeighbours();
  private readonly families = new Map<string, Prepared>();
  /** Names that one firm goes by; a list that is prepared as a whole fills it. */
  readonly aliases: Aliases;
  private readonly settings: LinkageSettings;

  /** `onAlias` hears of every firm's name that goes with others than before. */
  constructor(settings: LinkageSettings, onAlias?: (name: readonly string[]) => void) {
    this.settings = settings;
    this.aliases = new Aliases(onAlias);
  }

  /** Learns from one record; the names of firms are learnt apart. */
  add(record: LinkRecord, prepared: Prepared): void {
    if (prepared.type === "person" && prepared.family.length > 2) this.families.set(prepared.family, prepared);
    if (record.entityType !== "organisation" && record.entityType !== "person") return;
    const isFirm = record.entityType === "organisation";
    const isSure = record.entityTypeProbability >= SURE;
    if (isFirm && isSure) {
      this.firmNames.set(fold(record.displayName), record);
      this.neighbours.add(record);
    }
    for (const word of new Set(words(record.displayName))) {
      let one = this.byWord.get(word);
      if (one === undefined) this.byWord.set(word, (one = { firm: null, person: null, firms: 0, persons: 0 }));
      if (isFirm) one.firm ??= record;
      else one.person ??= record;
      if (!isSure) continue;
      if (isFirm) one.firms += 1;
      else one.persons += 1;
    }
  }

  /** Prepares a record as it would be prepared in the list. */
  prepare(record: LinkRecord): Prepared {
    return this.named(this.prepareAlone(record));
  }

  /** The same without the names that others know a firm by. */
  prepareAlone(record: LinkRecord): Prepared {
    const [revised = record] = reviseTypes([record, ...this.witnesses(record)], this.settings.lexicon);
    const one = prepareRecord(revised, this.settings.lexicon);
    if (one.family.length <= 1) inferFamilies([one, ...relatives(one, this.families)]);
    return one;
  }

  private witnesses(record: LinkRecord): LinkRecord[] {
    const found = witnesses(record, this.firmNames, this.byWord);
    const neighbour = this.neighbours.like(record, lexiconIndex(this.settings.lexicon));
    return neighbour === undefined ? found : [...found, neighbour];
  }

  /** Gives a firm the names that others know it by. */
  named(one: Prepared): Prepared {
    if (one.type === "organisation" && one.firms.length > 0) one.firms = this.aliases.with(one.firms);
    return one;
  }

  /** Learns names from a record by itself, and from those that bear the same domain or number (`holders` gives them). */
  learnNames(one: Prepared, holders: (kind: "d" | "t", value: string) => readonly Prepared[]): void {
    if (one.type !== "organisation" || one.firms.length === 0) return;
    if (one.firms.length > 1) learnAliases(this.aliases, one);
    for (const domain of one.domains) learnFrom(this.aliases, [...holders("d", domain), one]);
    for (const id of one.ids) learnFrom(this.aliases, [...holders("t", id), one]);
  }
}

// The few records that speak for or against the type of this one, in the proportion in which the whole list does.
function witnesses(
  record: LinkRecord,
  firmNames: ReadonlyMap<string, LinkRecord>,
  byWord: ReadonlyMap<string, WordEvidence>,
): LinkRecord[] {
  const found: LinkRecord[] = [];
  const namesake = firmNames.get(fold(record.displayName));
  if (namesake !== undefined) found.push(namesake);
  const last = byWord.get(words(record.displayName).at(-1) ?? "");
  if (last === undefined) return found;
  const share = Math.max(1, last.persons);
  if (last.firm !== null) for (let n = 0; n < Math.min(40, last.firms / share); n += 1) found.push(sure(last.firm));
  if (last.person !== null && last.persons > 0) found.push(sure(last.person));
  return found;
}

function sure(record: LinkRecord): LinkRecord {
  return { ...record, entityTypeProbability: 1 };
}

function relatives(one: Prepared, families: ReadonlyMap<string, Prepared>): Prepared[] {
  const found: Prepared[] = [];
  for (const alias of one.aliases) {
    for (let cut = 1; cut < alias.length; cut += 1) {
      for (const part of [alias.slice(0, cut), alias.slice(cut)]) {
        const known = part.length > 2 ? families.get(part) : undefined;
        if (known !== undefined) found.push(known);
      }
    }
  }
  return found;
}
