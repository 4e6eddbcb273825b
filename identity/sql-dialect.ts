import type { KindModel, LinkageSettings } from "./settings.ts";

/** What differs between SQL engines: the few functions that the definition of a match needs. */
export interface SqlDialect {
  readonly name: string;
  log2(expression: string): string;
  /** Rounds halves away from zero, as JavaScript does above zero. */
  round(expression: string): string;
  power2(expression: string): string;
}

/** DuckDB 1.x. */
export const DUCKDB: SqlDialect = {
  name: "duckdb",
  log2: (expression) => `log2(${expression})`,
  round: (expression) => `cast(round(${expression}) as bigint)`,
  power2: (expression) => `pow(2.0, ${expression})`,
};

/** Table of (rec, key, grp): the keys of each record; records of one group above 0 never meet. */
export const KEY_TABLE = "identity_link_keys";

/** The statement that makes candidates. Numbers only come from settings and counts, never from data. */
export function candidateSql(dialect: SqlDialect, records: number, limits: LinkageSettings["limits"]): string {
  const size = Math.max(2, Math.floor(records));
  const block = Math.floor(limits.maxBlock);
  const each = Math.floor(limits.maxCandidates);
  return `
    with sized as (
      select key, count(*) as n from ${KEY_TABLE} group by key having count(*) between 2 and ${block}
    ), usable as (
      select k.rec, k.key, k.grp, ${dialect.round(`1000 * ${dialect.log2(`${size} / s.n`)}`)} as worth
      from ${KEY_TABLE} k join sized s on k.key = s.key
    ), met as (
      select a.rec as one, b.rec as other, sum(a.worth) as worth
      from usable a join usable b on a.key = b.key and a.rec <> b.rec and (a.grp = 0 or a.grp <> b.grp)
      group by a.rec, b.rec
    ), ranked as (
      select one, other, row_number() over (partition by one order by worth desc, other) as place from met
    )
    select distinct least(one, other) as l, greatest(one, other) as r
    from ranked where place <= ${each} order by l, r`;
}

/**
 * The weight of {@link weighPair} as an SQL expression, for a distributed engine. The row holds, for the comparison of
 * number n, columns `l<n>` (level, null or -1 where a side says nothing) and `c<n>` (log2 of chance agreement).
 */
export function weightSql(dialect: SqlDialect, model: KindModel): string {
  const terms = (share: (at: number, level: number) => number | null): string =>
    model.comparisons
      .map(({ levels }, at) => {
        const cases = levels.flatMap((_level, level) => {
          const value = share(at, level);
          return value === null ? [] : [`when ${level} then ${literal(Math.log2(value))} - c${at}`];
        });
        return cases.length === 0 ? "0.0" : `case l${at} ${cases.join(" ")} else 0.0 end`;
      })
      .join(" + ");
  const match = terms((at, level) => model.comparisons[at]?.levels[level]?.m ?? null);
  const related = model.related.map(({ name, rate }) => {
    const bits = terms((at, level) => model.comparisons[at]?.levels[level]?.related[name] ?? null);
    return dialect.power2(`least(200.0, ${literal(Math.log2(rate))} + ${bits})`);
  });
  return `${literal(Math.log2(model.rate))} + ${match} - ${dialect.log2(["1.0", ...related].join(" + "))}`;
}

function literal(value: number): string {
  return `(${value.toExponential(17)})`;
}
