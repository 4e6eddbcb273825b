/**
 * Cleansing: each raw record is mapped by its connector, standardised, checked, and goes one of four ways, counted in
 * `ops.stream_outcomes` by run and attempt in the transaction of the effects:
 *
 * - loaded: its entities are emitted on the topic of their kind; kinds that the record no longer has are emitted as
 *   deletes. A delete of the source counts as loaded too.
 * - unchanged: same content hash and same mapping as the version that stands; nothing is emitted.
 * - quarantined: kept whole in `ops.quarantine` with a reason. A good older version of the record stays in place: bad
 *   news never deletes a customer. A later good version, or a delete, settles the row. Where a person has mended this
 *   very version, the mended record flows on in its place.
 * - filtered: left out on purpose, in `ops.filtered`. What stood for the key is deleted, except where the row only
 *   repeats one that stands (`duplicate_row`, `superseded`).
 *
 * A record that waits or is left out is judged again each time it comes, so that every read of it is counted by reason.
 * Reads `raw.*`; emits `customer.cleansed`, `sales-activities`, `customer-interactions`, `marketing-events`. Versions of
 * one key inside a batch are handled in order. Idempotent: the same message again is `unchanged`.
 */
import { CLEANSED_TOPICS } from "#core";
import type { CleansedRecord, EntityKind, LogAppend } from "#core";
import type { Stage, StageTools } from "../run/stage.ts";
import { openEffects, readMended } from "./cleanse-effects.ts";
import type { Effects, KeyState } from "./cleanse-effects.ts";
import { readRawRecord } from "./raw-record.ts";
import type { ArrivedRecord } from "./raw-record.ts";
import { judge, mapSafely } from "./verdict.ts";
import type { AnyPayload } from "./entities.ts";
import type { CleanseOptions, Mapped, Verdict } from "./verdict.ts";

/** Reasons that say "this row repeats another one", not "this record should not be here". */
const REPEATS: ReadonlySet<string> = new Set(["duplicate_row", "superseded"]);

/** The stage that makes cleansed records of raw ones. Group `cleanse`. */
export function cleanseStage(options: CleanseOptions): Stage {
  return {
    name: "cleanse",
    topics: ["raw.*"],
    handle: (messages, tools) => cleanse(messages.map(readRawRecord), options, tools),
  };
}

interface Item {
  readonly arrived: ArrivedRecord;
  readonly mapped: Mapped | null;
  readonly verdict: () => Verdict;
}

/** Judges records in order, writes the effects and answers with the messages to emit. */
export async function cleanse(
  arrived: readonly ArrivedRecord[],
  options: CleanseOptions,
  tools: Pick<StageTools, "tx" | "clock">,
): Promise<readonly LogAppend[]> {
  const effects = await openEffects(tools.tx, [...new Set(arrived.map(({ raw }) => raw.key))]);
  const items = arrived.map((each) => toItem(each, options));
  const bad = items.filter(
    (item) =>
      item.mapped !== null &&
      !isUnchanged(effects.states.get(item.arrived.raw.key), item.arrived, item.mapped) &&
      item.verdict().outcome === "quarantined",
  );
  const mended = await readMended(
    tools.tx,
    bad.map((item) => item.arrived),
  );
  const emit: LogAppend[] = [];
  for (const item of items) {
    const { raw } = item.arrived;
    const standIn = mended.get(`${raw.key} ${raw.hash}`);
    emit.push(...settle(standIn === undefined ? item : toItem({ ...item.arrived, raw: standIn }, options), effects));
  }
  await effects.write(tools.tx, new Date(tools.clock.now()).toISOString());
  return emit;
}

function toItem(arrived: ArrivedRecord, options: CleanseOptions): Item {
  const mapped = arrived.raw.op === "delete" ? null : mapSafely(arrived.raw, options);
  let known: Verdict | null = null;
  const verdict = (): Verdict => {
    known ??= mapped === null ? { outcome: "loaded", entities: [] } : judge(arrived.raw, mapped, options);
    return known;
  };
  return { arrived, mapped, verdict };
}

function isUnchanged(state: KeyState | undefined, { raw }: ArrivedRecord, mapped: Mapped): boolean {
  return state?.outcome === "loaded" && state.rawHash === raw.hash && state.mappingHash === mapped.mappingHash;
}

/** The way of one record, given what stands for its key. */
function settle(item: Item, effects: Effects): readonly LogAppend[] {
  const { arrived, mapped } = item;
  const { raw } = arrived;
  const state = effects.states.get(raw.key);
  const kinds = state?.kinds ?? [];
  if (mapped === null) {
    if (state === undefined || state.outcome === "deleted") {
      effects.count(arrived, "unchanged");
      return [];
    }
    effects.state(arrived, stateOf(item, "deleted", []));
    effects.settle(raw.key);
    effects.count(arrived, "loaded");
    return kinds.map((kind) => toMessage(arrived, kind, null));
  }
  if (isUnchanged(state, arrived, mapped)) {
    effects.count(arrived, "unchanged");
    return [];
  }
  const verdict = item.verdict();
  if (verdict.outcome === "quarantined") {
    effects.quarantine(arrived, verdict);
    effects.state(arrived, stateOf(item, "quarantined", kinds));
    effects.count(arrived, "quarantined", verdict.reason);
    return [];
  }
  if (verdict.outcome === "filtered") {
    effects.filter(arrived, verdict.reason);
    effects.count(arrived, "filtered", verdict.reason);
    if (REPEATS.has(verdict.reason) && kinds.length > 0) return [];
    effects.state(arrived, stateOf(item, "filtered", []));
    effects.settle(raw.key);
    return kinds.map((kind) => toMessage(arrived, kind, null));
  }
  const now = verdict.entities.map((entity) => entity.kind);
  effects.state(arrived, stateOf(item, "loaded", now));
  effects.settle(raw.key);
  effects.count(arrived, "loaded");
  return [
    ...kinds.filter((kind) => !now.includes(kind)).map((kind) => toMessage(arrived, kind, null)),
    ...verdict.entities.map((entity) => toMessage(arrived, entity.kind, entity.payload)),
  ];
}

function stateOf(item: Item, outcome: KeyState["outcome"], kinds: readonly EntityKind[]): KeyState {
  const { raw } = item.arrived;
  const mappingHash = item.mapped?.mappingHash ?? "";
  return { rawHash: raw.hash, mappingHash, version: raw.version, outcome, kinds };
}

function toMessage({ raw, runId, attempt }: ArrivedRecord, kind: EntityKind, payload: AnyPayload | null): LogAppend {
  const value: CleansedRecord = {
    kind,
    key: raw.key,
    source: raw.source,
    account: raw.account,
    stream: raw.stream,
    sourceId: raw.id,
    op: payload === null ? "delete" : "upsert",
    version: raw.version,
    rawHash: raw.hash,
    observedAt: raw.observedAt,
    provenance: raw.provenance,
    payload,
  };
  return { topic: CLEANSED_TOPICS[kind], key: raw.key, value, headers: { run_id: runId, attempt } };
}
