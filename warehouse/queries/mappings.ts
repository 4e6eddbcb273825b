import type { SqlClient } from "#core";

/** One stream with a mapping that some of its records were cleansed with. */
export interface StreamMapping {
  readonly source: string;
  readonly account: string;
  readonly stream: string;
  readonly mappingHash: string;
}

/** Every mapping that living records were cleansed with, by stream. */
export async function listMappings(db: SqlClient): Promise<readonly StreamMapping[]> {
  const { rows } = await db.query<StreamMapping>(
    `select distinct source, account, stream, mapping_hash as "mappingHash"
       from stage.record_state where outcome <> 'deleted' and mapping_hash <> ''
      order by 1, 2, 3, 4`,
  );
  return rows;
}
