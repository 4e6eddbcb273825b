/** $1 rows as JSON. Puts rows of one stage table in place; a row that says the same as before is left alone. */
export function upsertRows(table: string, columns: readonly string[]): string {
  const list = columns.join(", ");
  const set = columns.filter((column) => column !== "key").map((column) => `${column} = excluded.${column}`);
  return `
    insert into ${table} as t (${list})
    select ${list} from json_populate_recordset(null::${table}, $1::json)
    on conflict (key) do update set ${set.join(", ")}
    where (${columns.map((column) => `t.${column}`).join(", ")})
      is distinct from (${columns.map((column) => `excluded.${column}`).join(", ")})`;
}

/** $1 keys. Takes rows of one stage table away. */
export function deleteRows(table: string): string {
  return `delete from ${table} where key = any ($1::text[])`;
}
