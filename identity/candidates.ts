import type { AnalyticalEngine } from "#core";
import { hashedKeys } from "./keys.ts";
import type { Prepared } from "./prepare.ts";
import { candidateSql, DUCKDB, KEY_TABLE } from "./sql-dialect.ts";
import type { LinkageSettings } from "./settings.ts";

/** Candidate pairs by position of the records; `left` below `right`, in order. */
export interface CandidatePairs {
  readonly left: Int32Array;
  readonly right: Int32Array;
}

/**
 * Finds the pairs worth comparing: records meet by shared keys, rare keys first. A value borne by more than `maxBlock`
 * records makes no pairs, and each record keeps its `maxCandidates` best partners, so that no value and no record can
 * make a cross product. The keys may have been hashed before, by {@link hashRecords}. Two records of one group above 0 (a source that holds every customer once) never meet, and
 * records that are `silent` (1) meet nobody.
 */
export async function findCandidates(
  records: readonly Prepared[],
  limits: LinkageSettings["limits"],
  engine: AnalyticalEngine | undefined,
  groups: Int32Array,
  silent?: Uint8Array,
  hashed?: KeyHashes,
): Promise<CandidatePairs> {
  const postings = keyPostings(hashed ?? hashRecords(records), silent);
  if (engine === undefined) return pairsOf(postings, limits, groups);
  await engine.load(KEY_TABLE, { rec: "int", key: "int", grp: "int" }, postingRows(postings, groups));
  const columns = await engine.columns(candidateSql(DUCKDB, records.length, limits));
  await engine.exec(`drop table if exists ${KEY_TABLE}`);
  return { left: asNumbers(columns["l"]), right: asNumbers(columns["r"]) };
}

function asNumbers(column: Float64Array | readonly (string | null)[] | undefined): Int32Array {
  return column instanceof Float64Array ? Int32Array.from(column) : new Int32Array(0);
}

interface Postings {
  readonly records: number;
  /** Where the keys of each record start in `keys`; one more entry than records. */
  readonly starts: Int32Array;
  /** Number of each key, in order of first occurrence; repeated keys of one record are left out. */
  readonly keys: Int32Array;
  /** Records by key. */
  readonly sizes: Int32Array;
}

/** The keys that more than one record may bear. Most keys stand once: a sieve keeps them out of all that follows. */
function keyPostings({ ends, hashes }: KeyHashes, silent: Uint8Array | undefined): Postings {
  const records = ends.length - 1;
  const starts = new Int32Array(ends.length);
  const sieve = new Sieve(hashes);
  const numbers = new KeyNumbers();
  const keys = new Int32Array(hashes.length);
  let sizes = new Int32Array(1 << 15);
  let last = new Int32Array(1 << 15);
  let used = 0;
  let from = 0;
  for (let rec = 0; rec < records; rec += 1) {
    const to = ends[rec + 1] ?? 0;
    for (let at = silent?.[rec] === 1 ? to : from; at < to; at += 1) {
      const hash = hashes[at] ?? 0;
      if (!sieve.isRepeated(hash)) continue;
      const number = numbers.of(hash);
      if (number >= sizes.length) {
        sizes = enlarged(sizes, sizes.length * 2);
        last = enlarged(last, last.length * 2);
      }
      if (last[number] === rec + 1) continue;
      last[number] = rec + 1;
      keys[used] = number;
      used += 1;
      sizes[number] = (sizes[number] ?? 0) + 1;
    }
    from = to;
    starts[rec + 1] = used;
  }
  return { records, starts, keys: keys.slice(0, used), sizes: sizes.slice(0, numbers.count) };
}

/** Hashes of the keys of many records. */
export interface KeyHashes {
  /** Where the hashes of each record end, after a first 0. */
  readonly ends: Int32Array;
  /** By record; one may stand twice. */
  readonly hashes: Float64Array;
}

/** Hashes the keys of all records. */
export function hashRecords(records: readonly Prepared[]): KeyHashes {
  const ends = new Int32Array(records.length + 1);
  let hashes = new Float64Array(Math.max(1024, records.length * 20));
  let used = 0;
  const list: number[] = [];
  for (let rec = 0; rec < records.length; rec += 1) {
    const record = records[rec];
    list.length = 0;
    if (record !== undefined) hashedKeys(record, list);
    if (used + list.length > hashes.length) {
      const larger = new Float64Array(Math.ceil((used + list.length) * 1.3));
      larger.set(hashes);
      hashes = larger;
    }
    for (let at = 0; at < list.length; at += 1) hashes[used + at] = list[at] ?? 0;
    used += list.length;
    ends[rec + 1] = used;
  }
  return { ends, hashes: hashes.slice(0, used) };
}

function spread(hash: number): number {
  return hash ^ (hash / 0x1_0000_0000) ^ (hash >>> 15);
}

/** Knows which hashes stand once for certain: two bits for each place that a hash may fall on. */
class Sieve {
  private readonly bits: Uint8Array;
  private readonly mask: number;

  constructor(hashes: Float64Array) {
    const size = 2 ** Math.ceil(Math.log2(Math.max(1024, hashes.length * 4)));
    this.mask = size - 1;
    this.bits = new Uint8Array(size / 4);
    for (const hash of hashes) {
      const place = spread(hash) & this.mask;
      const byte = place >> 2;
      const shift = (place & 3) << 1;
      const before = this.bits[byte] ?? 0;
      this.bits[byte] = before | (((before >> shift) & 1) === 0 ? 1 << shift : 2 << shift);
    }
  }

  isRepeated(hash: number): boolean {
    const place = spread(hash) & this.mask;
    return (((this.bits[place >> 2] ?? 0) >> ((place & 3) << 1)) & 2) !== 0;
  }
}

// An open-addressing table from 52-bit hashes to numbers: a Map of texts would take ten times the memory, and ends at
// 2^24 entries.
class KeyNumbers {
  count = 0;
  private slots = new Float64Array(1 << 16).fill(-1);
  private numbers = new Int32Array(1 << 16);

  of(hash: number): number {
    let at = this.find(hash);
    if (this.slots[at] === hash) return this.numbers[at] ?? 0;
    if (this.count * 2 >= this.slots.length) {
      this.grow();
      at = this.find(hash);
    }
    this.slots[at] = hash;
    this.numbers[at] = this.count;
    this.count += 1;
    return this.count - 1;
  }

  private find(hash: number): number {
    const { slots } = this;
    const mask = slots.length - 1;
    let at = spread(hash) & mask;
    while (slots[at] !== -1 && slots[at] !== hash) at = (at + 1) & mask;
    return at;
  }

  private grow(): void {
    const { slots, numbers } = this;
    this.slots = new Float64Array(slots.length * 2).fill(-1);
    this.numbers = new Int32Array(slots.length * 2);
    for (let at = 0; at < slots.length; at += 1) {
      const hash = slots[at] ?? -1;
      if (hash === -1) continue;
      const to = this.find(hash);
      this.slots[to] = hash;
      this.numbers[to] = numbers[at] ?? 0;
    }
  }
}

function enlarged(array: Int32Array<ArrayBuffer>, size: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(size);
  larger.set(array);
  return larger;
}

function* postingRows(
  { records, starts, keys }: Postings,
  groups: Int32Array,
): Iterable<readonly [number, number, number]> {
  for (let rec = 0; rec < records; rec += 1) {
    for (let at = starts[rec] ?? 0; at < (starts[rec + 1] ?? 0); at += 1) yield [rec, keys[at] ?? 0, groups[rec] ?? 0];
  }
}

/** What meeting by a key of `size` records is worth: thousandths of a bit, whole, so that sums have no order. */
function worthOf(records: number, size: number): number {
  return Math.round(1000 * Math.log2(Math.max(2, records) / size));
}

interface Blocks {
  /** Where the members of each key start; keys that make no pairs have none. */
  readonly heads: Int32Array;
  readonly members: Int32Array;
}

function blocksOf({ records, starts, keys, sizes }: Postings, maxBlock: number): Blocks {
  const heads = new Int32Array(sizes.length + 1);
  for (let key = 0; key < sizes.length; key += 1) {
    const size = sizes[key] ?? 0;
    heads[key + 1] = (heads[key] ?? 0) + (size >= 2 && size <= maxBlock ? size : 0);
  }
  const members = new Int32Array(heads[sizes.length] ?? 0);
  const filled = Int32Array.from(heads.subarray(0, sizes.length));
  for (let rec = 0; rec < records; rec += 1) {
    for (let at = starts[rec] ?? 0; at < (starts[rec + 1] ?? 0); at += 1) {
      const key = keys[at] ?? 0;
      if (heads[key + 1] === heads[key]) continue;
      members[filled[key] ?? 0] = rec;
      filled[key] = (filled[key] ?? 0) + 1;
    }
  }
  return { heads, members };
}

function pairsOf(postings: Postings, limits: LinkageSettings["limits"], groups: Int32Array): CandidatePairs {
  const { records, starts, keys } = postings;
  const { heads, members } = blocksOf(postings, limits.maxBlock);
  const bits = Int32Array.from({ length: Math.floor(limits.maxBlock) + 1 }, (_one, size) =>
    worthOf(records, Math.max(1, size)),
  );
  const met = new Meetings(records, groups);
  const best = new BestPartners(records, limits.maxCandidates);
  for (let rec = 0; rec < records; rec += 1) {
    for (let at = starts[rec] ?? 0; at < (starts[rec + 1] ?? 0); at += 1) {
      const key = keys[at] ?? 0;
      const from = heads[key] ?? 0;
      const to = heads[key + 1] ?? 0;
      if (from < to) met.add(rec, members, from, to, bits[to - from] ?? 0);
    }
    best.take(rec, met.touched, met.count, met.worth);
    met.clear();
  }
  return best.pairs();
}

/** Whom one record meets, and what that is worth. */
class Meetings {
  readonly worth: Int32Array;
  touched = new Int32Array(1024);
  count = 0;
  private readonly groups: Int32Array;

  constructor(records: number, groups: Int32Array) {
    this.worth = new Int32Array(records);
    this.groups = groups;
  }

  /** The record meets the members of a key from one place up to another. */
  add(rec: number, members: Int32Array, from: number, to: number, gain: number): void {
    const { worth, groups } = this;
    const group = groups[rec] ?? 0;
    if (this.count + to - from > this.touched.length)
      this.touched = enlarged(this.touched, 2 * (this.count + to - from));
    for (let member = from; member < to; member += 1) {
      const other = members[member] ?? 0;
      if (other === rec || (group > 0 && groups[other] === group)) continue;
      const before = worth[other] ?? 0;
      // One more than it is worth, so that a first meeting shows even where its key is worth nothing.
      worth[other] = before === 0 ? gain + 1 : before + gain;
      if (before !== 0) continue;
      this.touched[this.count] = other;
      this.count += 1;
    }
  }

  clear(): void {
    for (let at = 0; at < this.count; at += 1) this.worth[this.touched[at] ?? 0] = 0;
    this.count = 0;
  }
}

/** The best partners of each record: most worth first, the smaller position where equal. */
class BestPartners {
  private readonly records: number;
  private readonly limit: number;
  private partners: Int32Array<ArrayBuffer>;
  private readonly ends: Int32Array;
  private used = 0;

  constructor(records: number, limit: number) {
    this.records = records;
    this.limit = Math.max(1, Math.floor(limit));
    this.partners = new Int32Array(Math.max(1024, records * 4));
    this.ends = new Int32Array(records + 1);
  }

  /** Notes the best of `touched`; the record must be the next one. */
  take(rec: number, touched: Int32Array, count: number, worth: Int32Array): void {
    const { limit } = this;
    if (this.used + limit > this.partners.length)
      this.partners = enlarged(this.partners, Math.ceil(this.partners.length * 1.5) + limit);
    const { partners, used } = this;
    let held = 0;
    for (let at = 0; at < count; at += 1) {
      const other = touched[at] ?? 0;
      const value = worth[other] ?? 0;
      let place = used + held;
      while (place > used) {
        const before = partners[place - 1] ?? 0;
        const standing = worth[before] ?? 0;
        if (standing > value || (standing === value && before < other)) break;
        place -= 1;
      }
      if (place - used >= limit) continue;
      partners.copyWithin(place + 1, place, Math.min(used + held, used + limit - 1));
      partners[place] = other;
      if (held < limit) held += 1;
    }
    this.used += held;
    this.ends[rec + 1] = this.used;
  }

  /** Each pair once, in order. */
  pairs(): CandidatePairs {
    const { partners, ends, records } = this;
    // Bucketed by the smaller position: counted, filled, put in order bucket by bucket.
    const starts = new Int32Array(records + 2);
    this.visit((left) => (starts[left + 2] = (starts[left + 2] ?? 0) + 1));
    for (let at = 2; at < starts.length; at += 1) starts[at] = (starts[at] ?? 0) + (starts[at - 1] ?? 0);
    const others = new Int32Array(ends[records] ?? 0);
    this.visit((left, right) => {
      const at = starts[left + 1] ?? 0;
      others[at] = right;
      starts[left + 1] = at + 1;
    });
    this.partners = partners.subarray(0, 0);
    let size = 0;
    const counts = new Int32Array(records);
    for (let left = 0; left < records; left += 1) {
      const from = size;
      const bucket = others.subarray(starts[left] ?? 0, starts[left + 1] ?? 0).sort();
      // Written back over what is already read: a pair that both sides chose stands twice.
      for (const other of bucket) {
        if (size > from && others[size - 1] === other) continue;
        others[size] = other;
        size += 1;
      }
      counts[left] = size - from;
    }
    const lefts = new Int32Array(size);
    for (let left = 0, at = 0; left < records; left += 1) {
      lefts.fill(left, at, at + (counts[left] ?? 0));
      at += counts[left] ?? 0;
    }
    return { left: lefts, right: others.slice(0, size) };
  }

  private visit(act: (left: number, right: number) => void): void {
    let at = 0;
    for (let rec = 0; rec < this.records; rec += 1) {
      for (const end = this.ends[rec + 1] ?? 0; at < end; at += 1) {
        const other = this.partners[at] ?? 0;
        if (rec < other) act(rec, other);
        else act(other, rec);
      }
    }
  }
}
