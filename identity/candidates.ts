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
 * make a cross product. Two records of one group above 0 (a source that holds every customer once) never meet.
 */
export async function findCandidates(
  records: readonly Prepared[],
  limits: LinkageSettings["limits"],
  engine: AnalyticalEngine | undefined,
  groups: Int32Array,
): Promise<CandidatePairs> {
  const postings = keyPostings(records);
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

// An open-addressing table from 52-bit hashes to numbers: a Map of texts would take ten times the memory, and ends at
// 2^24 entries.
function keyPostings(records: readonly Prepared[]): Postings {
  const starts = new Int32Array(records.length + 1);
  let keys = new Int32Array(Math.max(1024, records.length * 16));
  let slots = new Float64Array(1 << 16).fill(-1);
  let numbers = new Int32Array(1 << 16);
  let sizes = new Int32Array(1 << 15);
  let count = 0;
  let used = 0;
  const list: number[] = [];
  const find = (hash: number): number => {
    const mask = slots.length - 1;
    let at = (hash ^ (hash / 0x1_0000_0000) ^ (hash >>> 15)) & mask;
    while (slots[at] !== -1 && slots[at] !== hash) at = (at + 1) & mask;
    return at;
  };
  const grow = (): void => {
    const [oldSlots, oldNumbers] = [slots, numbers];
    slots = new Float64Array(oldSlots.length * 2).fill(-1);
    numbers = new Int32Array(oldSlots.length * 2);
    for (let at = 0; at < oldSlots.length; at += 1) {
      const hash = oldSlots[at] ?? -1;
      if (hash === -1) continue;
      const to = find(hash);
      slots[to] = hash;
      numbers[to] = oldNumbers[at] ?? 0;
    }
    sizes = enlarged(sizes, slots.length / 2 + 1);
  };
  const seen = new Set<number>();
  for (let rec = 0; rec < records.length; rec += 1) {
    const record = records[rec];
    list.length = 0;
    seen.clear();
    if (record !== undefined) hashedKeys(record, list);
    if (used + list.length > keys.length) keys = enlarged(keys, Math.ceil((used + list.length) * 1.5));
    for (const hash of list) {
      let at = find(hash);
      if (slots[at] === -1) {
        if (count * 2 >= slots.length) {
          grow();
          at = find(hash);
        }
        slots[at] = hash;
        numbers[at] = count;
        count += 1;
      }
      const number = numbers[at] ?? 0;
      if (seen.has(number)) continue;
      seen.add(number);
      keys[used] = number;
      used += 1;
      sizes[number] = (sizes[number] ?? 0) + 1;
    }
    starts[rec + 1] = used;
  }
  return { records: records.length, starts, keys: keys.subarray(0, used), sizes: sizes.subarray(0, count) };
}

function enlarged(array: Int32Array<ArrayBuffer>, size: number): Int32Array<ArrayBuffer> {
  if (array.length >= size) return array;
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
  const worth = new Float64Array(records);
  const touched: number[] = [];
  const found = new PairList(records * 8);
  const meet = (rec: number, key: number): void => {
    const [from, to] = [heads[key] ?? 0, heads[key + 1] ?? 0];
    if (from === to) return;
    const group = groups[rec] ?? 0;
    const bits = worthOf(records, to - from);
    for (let member = from; member < to; member += 1) {
      const other = members[member] ?? 0;
      if (other === rec || (group > 0 && groups[other] === group)) continue;
      if (worth[other] === 0) touched.push(other);
      worth[other] = (worth[other] ?? 0) + bits;
    }
  };
  for (let rec = 0; rec < records; rec += 1) {
    touched.length = 0;
    for (let at = starts[rec] ?? 0; at < (starts[rec + 1] ?? 0); at += 1) meet(rec, keys[at] ?? 0);
    for (const other of bestOf(touched, worth, limits.maxCandidates))
      found.add(Math.min(rec, other), Math.max(rec, other));
    for (const other of touched) worth[other] = 0;
  }
  return found.sorted();
}

function bestOf(touched: readonly number[], worth: Float64Array, limit: number): readonly number[] {
  if (touched.length <= limit) return touched;
  return [...touched].sort((a, b) => (worth[b] ?? 0) - (worth[a] ?? 0) || a - b).slice(0, limit);
}

class PairList {
  private codes: Float64Array<ArrayBuffer>;
  private size = 0;

  constructor(capacity: number) {
    this.codes = new Float64Array(Math.max(1024, capacity));
  }

  add(left: number, right: number): void {
    if (this.size === this.codes.length) {
      const larger = new Float64Array(this.codes.length * 2);
      larger.set(this.codes);
      this.codes = larger;
    }
    this.codes[this.size] = left * 0x1_0000_0000 + right;
    this.size += 1;
  }

  /** Each pair once, in order. */
  sorted(): CandidatePairs {
    const codes = this.codes.subarray(0, this.size).sort();
    let count = 0;
    for (let at = 0; at < codes.length; at += 1) {
      if (at > 0 && codes[at] === codes[at - 1]) continue;
      count += 1;
    }
    const left = new Int32Array(count);
    const right = new Int32Array(count);
    let to = 0;
    for (let at = 0; at < codes.length; at += 1) {
      const code = codes[at] ?? 0;
      if (at > 0 && code === codes[at - 1]) continue;
      left[to] = Math.floor(code / 0x1_0000_0000);
      right[to] = code % 0x1_0000_0000;
      to += 1;
    }
    return { left, right };
  }
}
