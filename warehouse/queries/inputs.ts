import type { SqlClient } from "#core";

/** One hash over everything that the published content is made from: living records and binding decisions. */
export async function inputHash(db: SqlClient): Promise<string> {
  const { rows } = await db.query<{ hash: string }>(
    `select md5(
       coalesce((select string_agg(md5(key || raw_hash || mapping_hash || outcome), '' order by key) from stage.record_state), '')
       || coalesce((select string_agg(left_key || right_key || decision, '|' order by left_key, right_key, decision)
                      from identity.steward_decisions where undone_at is null), '')) as hash`,
  );
  return rows[0]?.hash ?? "";
}

/** A fact that the warehouse keeps for itself; null when there is none. */
export async function readSetting(db: SqlClient, name: string): Promise<unknown> {
  const { rows } = await db.query<{ value: unknown }>("select value from ops.settings where name = $1", [name]);
  return rows[0]?.value ?? null;
}

/** Keeps a fact. */
export async function writeSetting(db: SqlClient, name: string, value: unknown, at: string): Promise<void> {
  await db.query(
    `insert into ops.settings (name, value, updated_at) values ($1, $2, $3)
     on conflict (name) do update set value = excluded.value, updated_at = excluded.updated_at`,
    [name, JSON.stringify(value), at],
  );
}
