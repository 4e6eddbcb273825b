import type { EntityKind, RawRecord, SqlClient } from "#core";
import * as sql from "../queries/cleanse.ts";
import type { ArrivedRecord } from "./raw-record.ts";
import type { Verdict } from "./verdict.ts";

/** What the stage last made of one key. */
export interface KeyState {
  readonly rawHash: string;
  readonly mappingHash: string;
  readonly version: string;
  readonly outcome: "loaded" | "quarantined" | "filtered" | "deleted";
  /** Kinds that stand in the stage tables for this key. */
  readonly kinds: readonly EntityKind[];
}

/** Effects of one batch, gathered in memory and written at its end in a handful of statements. */
export interface Effects {
  readonly states: Map<string, KeyState>;
  state(arrived: ArrivedRecord, state: KeyState): void;
  count(arrived: ArrivedRecord, outcome: "loaded" | "unchanged" | "quarantined" | "filtered", reason?: string): void;
  quarantine(arrived: ArrivedRecord, verdict: Extract<Verdict, { outcome: "quarantined" }>): void;
  filter(arrived: ArrivedRecord, reason: string): void;
  /** Every waiting version of the key is settled. */
  settle(key: string): void;
  write(tx: SqlClient, at: string): Promise<void>;
}

/** Reads the states of the keys and opens the books for one batch. */
export async function openEffects(tx: SqlClient, keys: readonly string[]): Promise<Effects> {
  const states = await readStates(tx, keys);
  const stateRows = new Map<string, object>();
  const waiting = new Map<string, object>();
  const left = new Map<string, object>();
  // Key to the hash that still waits; an empty text when none does.
  const settled = new Map<string, string>();
  const counts = new Map<string, { readonly row: object; records: number }>();
  return {
    states,
    state: (arrived, state) => {
      states.set(arrived.raw.key, state);
      stateRows.set(arrived.raw.key, stateRow(arrived, state));
    },
    count: (arrived, outcome, reason = "") => {
      const { source, account, stream } = arrived.raw;
      const row = { run_id: arrived.runId, source, account, stream, attempt: arrived.attempt, outcome, reason };
      const name = JSON.stringify(Object.values(row));
      const count = counts.get(name) ?? { row, records: 0 };
      count.records += 1;
      counts.set(name, count);
    },
    quarantine: (arrived, verdict) => {
      waiting.set(`${arrived.raw.key} ${arrived.raw.hash}`, quarantineRow(arrived, verdict));
      settled.set(arrived.raw.key, arrived.raw.hash);
    },
    filter: (arrived, reason) => {
      left.set(`${arrived.raw.key} ${arrived.raw.hash}`, { ...place(arrived), reason, raw_hash: arrived.raw.hash });
    },
    settle: (key) => void settled.set(key, ""),
    write: async (tx, at) => {
      if (stateRows.size > 0) await tx.query(sql.saveStates, [JSON.stringify([...stateRows.values()])]);
      if (waiting.size > 0) await tx.query(sql.saveQuarantine, [JSON.stringify([...waiting.values()]), at]);
      if (settled.size > 0) await tx.query(sql.resolveQuarantine, [[...settled.keys()], [...settled.values()], at]);
      if (left.size > 0) await tx.query(sql.saveFiltered, [JSON.stringify([...left.values()])]);
      const rows = [...counts.values()].map(({ row, records }) => ({ ...row, records }));
      if (rows.length > 0) await tx.query(sql.addOutcomes, [JSON.stringify(rows)]);
    },
  };
}

/** Mended records by `key hash` of the bad ones that they stand in for. */
export async function readMended(
  tx: SqlClient,
  bad: readonly ArrivedRecord[],
): Promise<ReadonlyMap<string, RawRecord>> {
  if (bad.length === 0) return new Map();
  const found = await tx.query<{ key: string; raw_hash: string; mended: RawRecord }>(sql.mendedRecords, [
    bad.map(({ raw }) => raw.key),
    bad.map(({ raw }) => raw.hash),
  ]);
  return new Map(found.rows.map((row) => [`${row.key} ${row.raw_hash}`, row.mended]));
}

async function readStates(tx: SqlClient, keys: readonly string[]): Promise<Map<string, KeyState>> {
  const found = await tx.query<{
    key: string;
    raw_hash: string;
    mapping_hash: string;
    version: string;
    outcome: KeyState["outcome"];
    kinds: EntityKind[];
  }>(sql.recordStates, [keys]);
  return new Map(
    found.rows.map((row) => [
      row.key,
      {
        rawHash: row.raw_hash,
        mappingHash: row.mapping_hash,
        version: row.version,
        outcome: row.outcome,
        kinds: row.kinds,
      },
    ]),
  );
}

function stateRow({ raw, runId }: ArrivedRecord, state: KeyState): object {
  return {
    key: raw.key,
    source: raw.source,
    account: raw.account,
    stream: raw.stream,
    raw_hash: state.rawHash,
    mapping_hash: state.mappingHash,
    version: state.version,
    outcome: state.outcome,
    kinds: state.kinds,
    run_id: runId,
  };
}

function quarantineRow(arrived: ArrivedRecord, verdict: Extract<Verdict, { outcome: "quarantined" }>): object {
  const { raw } = arrived;
  return {
    ...place(arrived),
    source_id: raw.id,
    reason: verdict.reason,
    detail: verdict.detail,
    field: verdict.field,
    raw: raw.raw ?? null,
    raw_hash: raw.hash,
    record: raw,
  };
}

function place({ raw, runId }: ArrivedRecord): object {
  return {
    key: raw.key,
    source: raw.source,
    account: raw.account,
    stream: raw.stream,
    run_id: runId,
    file: raw.provenance.file ?? null,
    sheet: raw.provenance.sheet ?? null,
    row_number: raw.provenance.row ?? null,
  };
}
