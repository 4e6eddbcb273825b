/**
 * Landing: every version of every source object goes to `raw.records` as it came, and is never changed there. A version
 * with the same content hash as the newest one of its key is not written again, so a source that sends everything each
 * night costs nothing, and a batch that comes twice leaves one row. Order of arrival is the order of `id`.
 *
 * Reads `raw.*`; emits nothing. Replay: delete this group's offsets; what is there already is recognised.
 */
import type { LogMessage } from "#core";
import * as sql from "../queries/land.ts";
import type { Stage, StageTools } from "../run/stage.ts";
import { readRawRecord } from "./raw-record.ts";

const COLUMNS = [
  "key",
  "source",
  "account",
  "stream",
  "source_id",
  "op",
  "source_cursor",
  "version",
  "observed_at",
  "hash",
  "raw",
  "provenance",
  "run_id",
  "landed_at",
] as const;

/** The stage that keeps raw records. Group `land`. */
export function landStage(): Stage {
  return { name: "land", topics: ["raw.*"], handle: land };
}

async function land(messages: readonly LogMessage[], tools: StageTools): Promise<readonly []> {
  const arrived = messages.map(readRawRecord);
  const keys = [...new Set(arrived.map(({ raw }) => raw.key))];
  const found = await tools.tx.query<{ key: string; hash: string }>(sql.latestHashes, [keys]);
  const latest = new Map(found.rows.map((row) => [row.key, row.hash]));
  const landedAt = new Date(tools.clock.now()).toISOString();
  const rows: unknown[][] = [];
  for (const { raw, runId } of arrived) {
    if (latest.get(raw.key) === raw.hash) continue;
    latest.set(raw.key, raw.hash);
    rows.push([
      raw.key,
      raw.source,
      raw.account,
      raw.stream,
      raw.id,
      raw.op,
      raw.cursor,
      raw.version,
      raw.observedAt,
      raw.hash,
      raw.raw === null || raw.raw === undefined ? null : JSON.stringify(raw.raw),
      JSON.stringify(raw.provenance),
      runId,
      landedAt,
    ]);
  }
  if (rows.length > 0) await tools.db.copyIn(tools.tx, "raw.records", COLUMNS, rows);
  return [];
}
