import { C360Error, contentHash, rawTopic } from "#core";
import type { Database, EventLog, RawRecord } from "#core";
import * as sql from "../queries/mending.ts";

/**
 * Sends quarantined records through the flow again, as if they had just come from their source: as they are (after a
 * mapping was corrected), or with `replacement` as the vendor's object in place of the bad one (for one id). A mended
 * record is kept with its row: whenever the source sends the same bad version again, the mended one stands in for it.
 * Run the land, cleanse and store stages afterwards. Answers how many records were appended; throws QUARANTINE_UNKNOWN
 * for an id that does not exist, before anything is appended.
 */
export async function retryQuarantine(
  db: Database,
  log: EventLog,
  ids: readonly number[],
  options: {
    readonly replacement?: unknown;
    /** Headers `run_id` and `attempt` of the messages. */
    readonly runId?: string;
    readonly attempt?: string;
  } = {},
): Promise<{ readonly appended: number }> {
  const mends = options.replacement !== undefined;
  if (mends && ids.length !== 1) throw new TypeError("a replacement mends exactly one record");
  return db.transaction(async (tx) => {
    const found = await tx.query<{ id: number; record: RawRecord; status: string }>(sql.quarantinedRecords, [ids]);
    const records = new Map(found.rows.map((row) => [row.id, row.record]));
    const missing = ids.find((id) => !records.has(id));
    if (missing !== undefined) throw new C360Error("QUARANTINE_UNKNOWN", { id: missing });
    const again = found.rows.map(({ record }) => (mends ? mend(record, options.replacement) : record));
    if (mends) await tx.query(sql.keepMended, [ids[0], JSON.stringify(again[0])]);
    else await tx.query(sql.markRetried, [ids]);
    const headers = { run_id: options.runId ?? "quarantine-retry", attempt: options.attempt ?? "retry" };
    await log.append(
      again.map((record) => ({
        topic: rawTopic(record.source, record.stream),
        key: record.key,
        value: record,
        headers,
      })),
    );
    return { appended: again.length };
  });
}

/** The same record with another object; its version tells that a person had a hand in it. */
function mend(record: RawRecord, replacement: unknown): RawRecord {
  return {
    ...record,
    op: "upsert",
    raw: replacement,
    version: `${record.version}+mended`,
    hash: contentHash({ op: "upsert", raw: replacement }),
  };
}
