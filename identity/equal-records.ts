import type { CandidatePairs } from "./candidates.ts";
import type { ClusterRules } from "./linkage-tree.ts";
import type { SettledConstraints } from "./constraints.ts";
import type { Prepared } from "./prepare.ts";
import { keyHash } from "./keys.ts";
import { PAIR_KINDS } from "./settings.ts";
import type { LinkageSettings, PairKind } from "./settings.ts";
import type { WeighedPairs } from "./weigh.ts";
import { calibratedBits, probabilityOf } from "./weights.ts";

/**
 * Records that say exactly the same, more of them than one record's candidates can hold: the first of them speaks for
 * the others, which stand back from the search.
 */
export interface EqualRecords {
  /** 1 where another record speaks. */
  readonly silent: Uint8Array;
  /** Speaker and silent record, in order. */
  readonly pairs: CandidatePairs;
}

/**
 * Finds them. A record that a steward or a source has spoken of, and one of a source that holds everybody once, always
 * speaks for itself.
 */
export function equalRecords(
  records: readonly Prepared[],
  limits: LinkageSettings["limits"],
  settled: Pick<SettledConstraints, "must" | "cannot">,
  sources: Int32Array,
): EqualRecords {
  const bound = new Set([...settled.must, ...settled.cannot].flat());
  const isOpen = (at: number): boolean => records[at]?.type !== "none" && sources[at] === 0 && !bound.has(at);
  const silent = new Uint8Array(records.length);
  const rows: (readonly [number, number])[] = [];
  const many = crowded(records, limits.maxCandidates);
  for (const alike of grouped(many, (at) => (isOpen(at) ? roughly(records[at]) : null))) {
    if (alike.length <= limits.maxCandidates) continue;
    for (const equal of grouped(alike, (at) => exactly(records[at]))) {
      const [speaker = 0, ...others] = equal;
      if (equal.length <= limits.maxCandidates) continue;
      for (const other of others) {
        silent[other] = 1;
        rows.push([speaker, other]);
      }
    }
  }
  rows.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const pairs = { left: Int32Array.from(rows, ([left]) => left), right: Int32Array.from(rows, ([, right]) => right) };
  return { silent, pairs };
}

/** The candidates found and the pairs of equal records, in order. */
export function withEqual(found: CandidatePairs, equal: EqualRecords): CandidatePairs {
  if (equal.pairs.left.length === 0) return found;
  const size = found.left.length + equal.pairs.left.length;
  const left = new Int32Array(size);
  const right = new Int32Array(size);
  let one = 0;
  let two = 0;
  for (let row = 0; row < size; row += 1) {
    const isFound = two >= equal.pairs.left.length || (one < found.left.length && before(found, one, equal.pairs, two));
    const [from, at] = isFound ? [found, one++] : [equal.pairs, two++];
    left[row] = from.left[at] ?? 0;
    right[row] = from.right[at] ?? 0;
  }
  return { left, right };
}

function before(a: CandidatePairs, one: number, b: CandidatePairs, two: number): boolean {
  const [left, other] = [a.left[one] ?? 0, b.left[two] ?? 0];
  return left === other ? (a.right[one] ?? 0) < (b.right[two] ?? 0) : left < other;
}

/**
 * The rules with those equal records as one point, however many they are, that what they say makes one customer; with
 * `isAuto`, those that may be merged unattended.
 */
export function withEqualMust(
  rules: ClusterRules,
  equal: EqualRecords,
  pairs: WeighedPairs,
  settings: LinkageSettings,
  isAuto: boolean,
): ClusterRules {
  if (equal.pairs.left.length === 0) return rules;
  const must = [...rules.must];
  for (let row = 0; row < pairs.left.length; row += 1) {
    const kind = PAIR_KINDS[pairs.kind[row] ?? -1];
    const [left, right] = [pairs.left[row] ?? 0, pairs.right[row] ?? 0];
    // A silent record is compared with its speaker alone.
    if (kind === undefined || equal.silent[right] !== 1) continue;
    const isOne = isAuto
      ? isSure(pairs.weight[row] ?? 0, kind, settings)
      : calibratedBits(pairs, row, settings) > settings.thresholds.cluster;
    if (isOne) must.push([left, right]);
  }
  return { ...rules, must };
}

function isSure(weight: number, kind: PairKind, settings: LinkageSettings): boolean {
  const threshold = settings.thresholds.auto[kind];
  return threshold !== null && probabilityOf(weight, settings.calibration[kind]) >= threshold;
}

// Positions of records whose names and contacts have a hash that more than `most` records have: in most lists none.
function crowded(records: readonly Prepared[], most: number): number[] {
  const hashes = new Float64Array(records.length);
  const counts = new Map<number, number>();
  for (let at = 0; at < hashes.length; at += 1) {
    const record = records[at];
    if (record === undefined) continue;
    const hash = keyHash(record.source, record.nameKey, record.phones[0] ?? "", record.emails[0] ?? "");
    hashes[at] = hash;
    counts.set(hash, (counts.get(hash) ?? 0) + 1);
  }
  const found: number[] = [];
  for (let at = 0; at < hashes.length; at += 1) if ((counts.get(hashes[at] ?? 0) ?? 0) > most) found.push(at);
  return found;
}

// Cheap, so that the whole record is written out only where many are alike.
function roughly(record: Prepared | undefined): string | null {
  if (record === undefined) return null;
  return `${record.source}\n${record.nameKey}\n${record.phones[0] ?? ""}\n${record.emails[0] ?? ""}\n${record.door}`;
}

function exactly(record: Prepared | undefined): string {
  // `people` holds the record itself; what else it holds stands in the other fields.
  return JSON.stringify(record, (name, value: unknown) => (name === "key" || name === "people" ? undefined : value));
}

function grouped(positions: Iterable<number>, keyOf: (at: number) => string | null): number[][] {
  const groups = new Map<string, number[]>();
  for (const at of positions) {
    const key = keyOf(at);
    if (key === null) continue;
    const list = groups.get(key);
    if (list === undefined) groups.set(key, [at]);
    else list.push(at);
  }
  return [...groups.values()];
}
