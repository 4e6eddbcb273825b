import { firmKey } from "./frequencies.ts";
import { hashedKeys, keyHash } from "./keys.ts";
import { namedByItself, prepareAll } from "./link.ts";
import type { LinkConstraint, LinkRecord } from "./link-types.ts";
import type { Held } from "./live-partition.ts";
import { ListKnowledge } from "./live-prepare.ts";
import { KeyStore } from "./live-store.ts";
import type { Prepared } from "./prepare.ts";
import type { LinkageSettings } from "./settings.ts";

/** Bearers of one domain, number or name that are looked at when a firm's names change. */
const MOST_BEARERS = 300;
const SHORT = 2000;
/** Records that are read again when a firm's names change. */
const MOST_READ = 20;

/** The living records of an index by position, with the keys that they bear and what they teach of each other. */
export class LiveList {
  readonly positions = new Map<string, number>();
  private readonly settings: LinkageSettings;
  private readonly constraints = new Map<string, LinkConstraint[]>();
  private readonly children = new Map<string, Set<string>>();
  /** Records that are read without their name, since their parent is there. */
  private readonly nameless = new Set<string>();
  /** Records that must perhaps be read again, and names of firms whose bearers must. */
  private readonly suspects = new Set<string>();
  private readonly free: number[] = [];
  private held: (Held | null)[] = [];
  private keys = new KeyStore();
  private knowledge: ListKnowledge;
  private renamed: (readonly string[])[] = [];

  constructor(settings: LinkageSettings, constraints: readonly LinkConstraint[]) {
    this.settings = settings;
    this.knowledge = new ListKnowledge(settings);
    for (const one of constraints) {
      for (const key of new Set([one.left, one.right])) {
        const list = this.constraints.get(key);
        if (list === undefined) this.constraints.set(key, [one]);
        else list.push(one);
      }
    }
  }

  /** True for a list in which what is rare changes with every few records. */
  get isShort(): boolean {
    return this.positions.size < SHORT;
  }

  /** Puts whole records, in order of their keys, in the place of all that was there; gives them prepared. */
  fill(records: readonly LinkRecord[]): Prepared[] {
    this.positions.clear();
    this.children.clear();
    this.nameless.clear();
    this.suspects.clear();
    this.free.length = 0;
    this.keys = new KeyStore();
    for (const [at, { key }] of records.entries()) this.positions.set(key, at);
    this.knowledge = new ListKnowledge(this.settings, (name) => this.renamed.push(name));
    const prepared = prepareAll(records, this.positions, this.settings, { aliases: this.knowledge.aliases });
    this.renamed = [];
    this.held = records.map((record, at) => {
      const one = prepared[at];
      if (one === undefined) return null;
      const keys = keysOf(one);
      for (const hash of keys) this.keys.add(hash, at);
      this.knowledge.add(record, one);
      this.noteParent(record, true);
      if (this.isNameless(record)) this.nameless.add(record.key);
      return { record, prepared: one, keys };
    });
    return prepared;
  }

  records(): LinkRecord[] {
    return [...this.positions.values()].flatMap((at) => this.held[at]?.record ?? []);
  }

  at(position: number): Held | null {
    return this.held[position] ?? null;
  }

  keyOf(position: number): string {
    return this.held[position]?.record.key ?? "";
  }

  positionsOf(keys: readonly string[]): number[] {
    return keys.flatMap((key) => this.positions.get(key) ?? []);
  }

  /** Prepares a record as it would be if it were in the list. */
  prepare(record: LinkRecord): Prepared {
    return this.knowledge.prepare(namedByItself(record, this.positions));
  }

  /** Records that bear a key, by its hash. */
  bearers(hash: number): number {
    return this.keys.count(hash);
  }

  /** Adds a record, whose key must not be there, and gives its position. */
  put(record: LinkRecord): number {
    const at = this.free.pop() ?? this.held.length;
    this.positions.set(record.key, at);
    const own = this.knowledge.prepareAlone(namedByItself(record, this.positions));
    this.knowledge.learnNames(own, (kind, value) => this.holders(keyHash(kind, value)));
    const prepared = this.knowledge.named(own);
    const keys = keysOf(prepared);
    for (const hash of keys) this.keys.add(hash, at);
    this.held[at] = { record, prepared, keys };
    this.knowledge.add(record, prepared);
    this.noteParent(record, true);
    if (this.isNameless(record)) this.nameless.add(record.key);
    this.suspectChildren(record.key);
    return at;
  }

  /** Takes the record at a position out. */
  take(at: number): void {
    const held = this.held[at];
    if (held === null || held === undefined) return;
    for (const hash of held.keys) this.keys.remove(hash, at);
    this.noteParent(held.record, false);
    this.positions.delete(held.record.key);
    this.nameless.delete(held.record.key);
    this.suspectChildren(held.record.key);
    this.held[at] = null;
    this.free.push(at);
  }

  /** Keys of records that must be read again: jobs whose parent came or went, firms whose names go with others now. */
  takeStale(): string[] {
    const found = new Set<string>();
    for (const key of this.suspects) {
      const record = this.held[this.positions.get(key) ?? -1]?.record;
      if (record !== undefined && this.isNameless(record) !== this.nameless.has(key)) found.add(key);
    }
    this.suspects.clear();
    const most = found.size + MOST_READ;
    for (const name of this.renamed)
      for (const { key } of this.holders(keyHash("f", firmKey(name)))) if (found.size < most) found.add(key);
    this.renamed = [];
    return [...found];
  }

  /** Whom a record meets, with what the shared keys are worth: thousandths of a bit, as the batch counts them. */
  meetings(at: number): Map<number, number> {
    const worths = new Map<number, number>();
    for (const hash of this.held[at]?.keys ?? []) {
      const count = this.keys.count(hash);
      if (count < 2 || count > this.settings.limits.maxBlock) continue;
      const worth = this.keyWorth(hash);
      this.keys.visit(hash, (other) => {
        if (other !== at) worths.set(other, (worths.get(other) ?? 0) + worth);
      });
    }
    return worths;
  }

  /** What the keys are worth that a record shares with others. */
  worths(left: number, others: readonly number[]): number[] {
    const shared = new Map((this.held[left]?.keys ?? []).map((hash) => [hash, -1]));
    return others.map((right) => {
      let sum = 0;
      for (const hash of this.held[right]?.keys ?? []) {
        let worth = shared.get(hash);
        if (worth === undefined) continue;
        if (worth < 0) shared.set(hash, (worth = this.keyWorth(hash)));
        sum += worth;
      }
      return sum;
    });
  }

  /** Records that a steward's word or a job of a parent holds together with one. */
  boundTo(at: number): number[] {
    const record = this.held[at]?.record;
    if (record === undefined) return [];
    const keys = [
      ...(this.constraints.get(record.key) ?? []).filter(({ same }) => same).flatMap((one) => [one.left, one.right]),
      ...(record.isJob && record.parentKey !== null ? [record.parentKey] : []),
      ...(this.children.get(record.key) ?? []),
    ];
    return this.positionsOf(keys);
  }

  /** What stewards said of some records. */
  wordsOn(held: readonly Held[]): LinkConstraint[] {
    return [...new Set(held.flatMap(({ record }) => this.constraints.get(record.key) ?? []))];
  }

  private holders(hash: number): Prepared[] {
    const found: Prepared[] = [];
    if (this.keys.count(hash) > MOST_BEARERS) return found;
    this.keys.visit(hash, (other) => {
      const one = this.held[other]?.prepared;
      if (one?.type === "organisation" && one.firms.length > 0) found.push(one);
    });
    return found;
  }

  // Keys that too many bear are worth nothing.
  private keyWorth(hash: number): number {
    const count = this.keys.count(hash);
    if (count < 2 || count > this.settings.limits.maxBlock) return 0;
    return Math.round(1000 * Math.log2(Math.max(2, this.positions.size) / count));
  }

  private isNameless(record: LinkRecord): boolean {
    return namedByItself(record, this.positions) !== record;
  }

  private suspectChildren(key: string): void {
    for (const child of this.children.get(key) ?? []) this.suspects.add(child);
  }

  private noteParent(record: LinkRecord, isThere: boolean): void {
    if (record.parentKey === null || !record.isJob) return;
    const set = this.children.get(record.parentKey) ?? new Set<string>();
    if (isThere) set.add(record.key);
    else set.delete(record.key);
    this.children.set(record.parentKey, set);
  }
}

function keysOf(prepared: Prepared): readonly number[] {
  const list: number[] = [];
  hashedKeys(prepared, list);
  return [...new Set(list)];
}
