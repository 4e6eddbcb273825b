/**
 * Cleansing again: when the meaning of a stream's columns or a connector's mapping changed, the newest version of each
 * of its records that has landed goes through the cleanse stage's own work once more, without asking the source. What
 * comes out the same is `unchanged`. Run it after land and cleanse have caught up; a version that is still on the log
 * is left to the cleanse stage, which maps it with the new mapping anyway. Killed half-way it is simply run again.
 */
import { faultPoint, rawTopic } from "#core";
import type { Clock, Database, EventLog, RawRecord } from "#core";
import * as sql from "../queries/mending.ts";
import { offsetsGroup } from "../run/lag.ts";
import { cleanse } from "./cleanse.ts";
import type { CleanseOptions } from "./verdict.ts";

/** One stream of one account. */
export interface StreamName {
  readonly source: string;
  readonly account: string;
  readonly stream: string;
}

/** What cleansing again needs. */
export interface RecleanseOptions extends CleanseOptions {
  readonly db: Database;
  readonly log: EventLog;
  readonly clock: Clock;
  /** Streams whose mapping changed. */
  readonly streams: readonly StreamName[];
  /** Run that it is counted under in `ops.stream_outcomes`, with the attempt `recleanse`. */
  readonly runId: string;
}

const CHUNK = 2_000;

/** Takes the newest landed version of every record of the streams through cleanse again; answers how many there were. */
export async function recleanse(
  options: RecleanseOptions,
): Promise<{ readonly records: number; readonly emitted: number }> {
  const total = { records: 0, emitted: 0 };
  for (const stream of options.streams) {
    let after = "";
    for (;;) {
      const done = await recleanseChunk(options, stream, after);
      total.records += done.records;
      total.emitted += done.emitted;
      if (done.last === null) break;
      after = done.last;
    }
  }
  return total;
}

interface NewestRow {
  readonly key: string;
  readonly source: string;
  readonly account: string;
  readonly stream: string;
  readonly source_id: string;
  readonly op: "upsert" | "delete";
  readonly source_cursor: string | null;
  readonly version: string;
  readonly observed_at: string;
  readonly hash: string;
  readonly raw: unknown;
  readonly provenance: RawRecord["provenance"];
  readonly settled: boolean;
}

async function recleanseChunk(
  options: RecleanseOptions,
  { source, account, stream }: StreamName,
  after: string,
): Promise<{ readonly records: number; readonly emitted: number; readonly last: string | null }> {
  return options.db.transaction(async (tx) => {
    await tx.query(sql.holdTopic, [offsetsGroup(options.log, "cleanse"), rawTopic(source, stream)]);
    const found = await tx.query<NewestRow>(sql.newestRecords, [source, account, stream, after, CHUNK]);
    const arrived = found.rows
      .filter((row) => row.settled)
      .map((row) => ({ raw: toRaw(row), runId: options.runId, attempt: "recleanse" }));
    const emit = arrived.length === 0 ? [] : await cleanse(arrived, options, { tx, clock: options.clock });
    if (emit.length > 0) await options.log.append(emit);
    faultPoint("recleanse.batch.inside");
    const last = found.rows.length < CHUNK ? null : (found.rows.at(-1)?.key ?? null);
    return { records: arrived.length, emitted: emit.length, last };
  });
}

function toRaw(row: NewestRow): RawRecord {
  return {
    source: row.source,
    account: row.account,
    stream: row.stream,
    id: row.source_id,
    key: row.key,
    op: row.op,
    cursor: row.source_cursor,
    version: row.version,
    observedAt: row.observed_at,
    raw: row.raw,
    provenance: row.provenance,
    hash: row.hash,
  };
}
