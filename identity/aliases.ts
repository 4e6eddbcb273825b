import { firmKey } from "./frequencies.ts";
import type { Prepared } from "./prepare.ts";

/** Other names that one name may have: a name that goes with more of them is no firm's own. */
const MOST_NAMES = 3;
/** Letters of a name that is told apart from common words. */
const SHORT = 5;
/** Names that may share a value of their own. */
const FEW = 3;

type Name = readonly string[];

/** Names that one firm goes by, by each of them: what any record says of a firm's second name holds wherever it stands. */
export class Aliases {
  private readonly names = new Map<string, Map<string, Name>>();
  private readonly onChange: ((name: Name) => void) | undefined;

  /** `onChange` hears of every name whose others are no longer what they were. */
  constructor(onChange?: (name: Name) => void) {
    this.onChange = onChange;
  }

  /** Learns that one firm goes by both names. */
  add(left: Name, right: Name): void {
    this.note(left, right);
    this.note(right, left);
  }

  /** A firm's names with those that others know it by; the list itself where there are none. */
  with(firms: readonly Name[]): readonly Name[] {
    let found = firms;
    for (const name of firms) {
      const others = this.names.get(firmKey(name));
      if (others === undefined || others.size > MOST_NAMES) continue;
      for (const [key, other] of others) if (!found.some((one) => firmKey(one) === key)) found = [...found, other];
    }
    return found;
  }

  private note(name: Name, other: Name): void {
    const [key, otherKey] = [firmKey(name), firmKey(other)];
    if (key === otherKey || key.length < SHORT || otherKey.length < SHORT) return;
    const known = this.names.get(key);
    if (known === undefined) this.names.set(key, new Map([[otherKey, other]]));
    else if (known.size <= MOST_NAMES) {
      const isNew = !known.has(otherKey);
      known.set(otherKey, other);
      if (!isNew) return;
    } else return;
    this.onChange?.(name);
  }
}

/** Learns the names that one record bears. */
export function learnAliases(aliases: Aliases, { type, firms }: Prepared): void {
  if (type !== "organisation") return;
  for (const [at, left] of firms.entries()) for (const right of firms.slice(at + 1)) aliases.add(left, right);
}

/**
 * Gives firms the names that they bear elsewhere: where a record holds two ("X Ltd t/a Y"), and where two names share a
 * domain or tax number and another value that hardly anybody else has.
 */
export function shareAliases(records: readonly Prepared[], aliases: Aliases): void {
  for (const record of records) if (record.firms.length > 1) learnAliases(aliases, record);
  learnShared(aliases, records);
  for (const record of records)
    if (record.type === "organisation" && record.firms.length > 0) record.firms = aliases.with(record.firms);
}

function learnShared(aliases: Aliases, records: readonly Prepared[]): void {
  const owned = new Map<string, Prepared[]>();
  for (const record of records) {
    if (record.type !== "organisation" || record.firms[0] === undefined) continue;
    for (const value of [...record.domains, ...record.ids]) {
      const list = owned.get(value);
      if (list === undefined) owned.set(value, [record]);
      else list.push(record);
    }
  }
  for (const list of owned.values()) learnFrom(aliases, list);
}

/** Learns from the firms that bear one domain or tax number. */
export function learnFrom(aliases: Aliases, list: readonly Prepared[]): void {
  const byName = new Map(list.map((record) => [firmKey(record.firms[0] ?? []), record]));
  if (byName.size < 2 || byName.size > FEW) return;
  const names = [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key]) => key);
  for (const [at, left] of names.entries())
    for (const right of names.slice(at + 1)) if (sharesMore(list, left, right)) learn(aliases, byName, left, right);
}

function learn(aliases: Aliases, byName: ReadonlyMap<string, Prepared>, left: string, right: string): void {
  const [a, b] = [byName.get(left)?.firms[0], byName.get(right)?.firms[0]];
  if (a !== undefined && b !== undefined) aliases.add(a, b);
}

// A telephone number, door or mailbox beside the domain: one of them alone may be a building's or a group's.
function sharesMore(list: readonly Prepared[], left: string, right: string): boolean {
  const valuesOf = (name: string): Set<string> =>
    new Set(list.filter(({ firms }) => firmKey(firms[0] ?? []) === name).flatMap(otherValues));
  const known = valuesOf(left);
  return [...valuesOf(right)].some((value) => known.has(value));
}

function otherValues({ phones, emails, door, locality }: Prepared): string[] {
  return [...phones, ...emails, ...(door === "" || locality === "" ? [] : [`${door}|${locality}`])];
}
