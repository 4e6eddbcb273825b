import type { AnalyticalEngine } from "#core";
import { blockingKeys } from "./keys.ts";
import type { Prepared } from "./prepare.ts";
import type { LinkageSettings } from "./settings.ts";

/** Candidate pairs by position of the records; `left` below `right`, in order. */
export interface CandidatePairs {
  readonly left: Float64Array;
  readonly right: Float64Array;
}

const TABLE = "identity_link_keys";

/**
 * Finds the pairs worth comparing, in the analytical engine: records meet by shared keys, rare keys first. A value borne
 * by more than `maxBlock` records makes no pairs, and each record keeps its `maxCandidates` best, so that no value and
 * no record can make a cross product.
 */
export async function findCandidates(
  records: readonly Prepared[],
  engine: AnalyticalEngine,
  limits: LinkageSettings["limits"],
): Promise<CandidatePairs> {
  await engine.load(TABLE, { rec: "int", key: "int" }, keyRows(records));
  const columns = await engine.columns(candidateSql(records.length, limits));
  await engine.exec(`drop table if exists ${TABLE}`);
  return { left: asNumbers(columns["l"]), right: asNumbers(columns["r"]) };
}

function asNumbers(column: Float64Array | readonly (string | null)[] | undefined): Float64Array {
  return column instanceof Float64Array ? column : new Float64Array(0);
}

function* keyRows(records: readonly Prepared[]): Iterable<readonly [number, number]> {
  const ids = new Map<string, number>();
  for (const [rec, record] of records.entries()) {
    for (const text of blockingKeys(record)) {
      let id = ids.get(text);
      if (id === undefined) ids.set(text, (id = ids.size));
      yield [rec, id];
    }
  }
}

/** The statement that makes candidates. Numbers only come from settings and counts, never from data. */
export function candidateSql(records: number, limits: LinkageSettings["limits"]): string {
  const size = Math.max(2, Math.floor(records));
  const block = Math.floor(limits.maxBlock);
  const each = Math.floor(limits.maxCandidates);
  return `
    with sized as (
      select key, count(*) as n from ${TABLE} group by key having count(*) between 2 and ${block}
    ), usable as (
      select k.rec, k.key, cast(round(1000 * log2(${size} / s.n)) as bigint) as worth from ${TABLE} k join sized s using (key)
    ), met as (
      select a.rec as l, b.rec as r, sum(a.worth) as worth
      from usable a join usable b on a.key = b.key and a.rec < b.rec
      group by a.rec, b.rec
    ), ranked as (
      select l, r,
        row_number() over (partition by l order by worth desc, r) as of_left,
        row_number() over (partition by r order by worth desc, l) as of_right
      from met
    )
    select l, r from ranked where of_left <= ${each} or of_right <= ${each} order by l, r`;
}
