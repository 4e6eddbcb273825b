import { contentHash, faultPoint, isoNow, rawTopic, sourceKey, toC360Error } from "#core";
import type {
  C360Error,
  ConnectorSession,
  Database,
  EventLog,
  LogAppend,
  RawRecord,
  RecordMessage,
  StreamEndMessage,
  StreamInfo,
  StreamPlan,
} from "#core";
import {
  finishStreamRead,
  knownStreams,
  listLivingKeys,
  markStreamRead,
  readStreamState,
  recordAlert,
  recordNotice,
  saveStreamState,
  startStreamRead,
} from "#warehouse";
import { watchDrift } from "./drift.ts";
import type { DriftWatch } from "./drift.ts";
import { describeMapping, tableMappings } from "./mappings.ts";
import type { RecordMapper } from "./mappings.ts";
import { openSource } from "./sources.ts";
import type { Source } from "./sources.ts";
import type { Workspace } from "./workspace.ts";

/** Messages are appended in groups of this many; the state waits for the acknowledgement of all before it. */
const APPEND_BATCH = 500;

/** What one run of sync needs. */
export interface SyncOptions {
  readonly workspace: Workspace;
  readonly db: Database;
  readonly log: EventLog;
  readonly runId: string;
  /** Tells the reads of a resumed run from those before. */
  readonly attempt: string;
  readonly mapper: RecordMapper;
  readonly acceptDrop: readonly string[];
  /** Backfill: streams with a cursor read this window and keep their state; the others are left alone. */
  readonly window?: { readonly from: string; readonly to: string };
  readonly signal: AbortSignal;
  readonly onProgress: (records: number) => void;
}

/** What went wrong, in the catalogue's words. */
export interface Failure {
  readonly subject: string;
  readonly error: { readonly code: string; readonly message: string; readonly hint: string };
}

/** How the read of a source went. */
export interface SourceResult {
  readonly source: string;
  readonly records: number;
  readonly failures: readonly Failure[];
  readonly held: readonly string[];
}

/** Reads all sources side by side into the log. A source that fails never stops another. */
export async function syncSources(sources: readonly Source[], options: SyncOptions): Promise<readonly SourceResult[]> {
  return Promise.all(sources.map((source) => syncSource(source, options)));
}

async function syncSource(source: Source, options: SyncOptions): Promise<SourceResult> {
  const failures: Failure[] = [];
  const held: string[] = [];
  let records = 0;
  let sessions: readonly ConnectorSession[] = [];
  try {
    sessions = await openSource(options.workspace, source, {
      signal: options.signal,
      known: (connector, account) => knownStreams(options.db, { source: connector, account }),
    });
    for (const session of sessions) {
      const read = new AccountRead(source, session, options);
      try {
        await read.run();
      } catch (error) {
        failures.push({ subject: session.account, error: toC360Error(error) });
      }
      records += read.records;
      failures.push(...read.failures);
      held.push(...read.held);
    }
  } catch (error) {
    failures.push({ subject: source.name, error: toC360Error(error) });
  } finally {
    await Promise.all(sessions.map((session) => session.close()));
  }
  for (const failure of failures) await alertFailure(source, failure, options);
  return { source: source.name, records, failures, held };
}

async function alertFailure(source: Source, failure: Failure, options: SyncOptions): Promise<void> {
  const { error } = failure;
  options.workspace.log.error(
    { run: options.runId, source: source.name, code: error.code },
    "a source could not be read whole",
  );
  await recordAlert(options.db, {
    runId: options.runId,
    severity: "error",
    code: error.code,
    subject: `${source.name}: ${failure.subject}`,
    message: `${source.name}: ${error.message}`,
    hint: error.hint,
    at: isoNow(options.workspace.clock),
  });
}

/** Reads one account: appends records, keeps state behind the acknowledgement, turns absence into deletes when that is safe. */
class AccountRead {
  readonly failures: Failure[] = [];
  readonly held: string[] = [];
  records = 0;
  readonly #source: Source;
  readonly #session: ConnectorSession;
  readonly #options: SyncOptions;
  readonly #seen = new Map<string, Set<string>>();
  readonly #started = new Set<string>();
  readonly #counts = new Map<string, { records: number; deletes: number }>();
  /** State of streams whose deletes are inferred is kept back until the volume guard has passed them. */
  readonly #pending = new Map<string, Readonly<Record<string, unknown>>>();
  readonly #drift = new Map<string, DriftWatch>();
  /** Streams that their drift policy stopped, with the error that says so. */
  readonly #frozen = new Map<string, C360Error>();
  #streams: ReadonlyMap<string, StreamInfo> = new Map();
  #waiting: LogAppend[] = [];

  constructor(source: Source, session: ConnectorSession, options: SyncOptions) {
    this.#source = source;
    this.#session = session;
    this.#options = options;
  }

  async run(): Promise<void> {
    for await (const message of this.#session.read(await this.#plans())) {
      switch (message.type) {
        case "record":
          await this.#takeRecord(message);
          break;
        case "checkpoint":
          if (this.#frozen.has(message.stream) || this.#options.window !== undefined) break;
          if (this.#infersDeletes(message.stream)) this.#pending.set(message.stream, message.state);
          else await this.#saveState(message.stream, message.state);
          break;
        case "notice":
          await this.#notice(message.stream, message.code, message.severity, message.message, message.subject ?? "");
          break;
        case "streamEnd":
          await this.#endStream(message);
          break;
        case "schema": {
          const error = this.#drift.get(message.stream)?.schema(message) ?? null;
          if (error !== null) this.#frozen.set(message.stream, error);
          break;
        }
        case "progress":
          break;
      }
    }
    await this.#flush();
  }

  /** What is there, what its tables mean, and where each stream goes on. */
  async #plans(): Promise<readonly StreamPlan[]> {
    const { workspace, mapper, db, window } = this.#options;
    const found = await this.#session.discover();
    const wanted = found.filter((stream) => this.#source.config.streams?.includes(stream.name) ?? true);
    this.#streams = new Map(wanted.map((stream) => [stream.name, stream]));
    const { tables, guessed } = await tableMappings(workspace, this.#source, wanted);
    mapper.learn(this.#source, this.#session, tables);
    for (const guess of guessed) {
      workspace.out.line(`  guessed ${describeMapping(guess)}`);
      await this.#notice(guess.stream, "mapping_guessed", "info", describeMapping(guess), guess.title);
    }
    const known = new Map((await knownStreams(db, this.#where(""))).map((one) => [one.name, one.columns]));
    const policies = this.#source.config.drift ?? {};
    const plans: StreamPlan[] = [];
    for (const stream of wanted) {
      const table = tables.get(stream.name);
      if (table?.entity === "ignore" || (window !== undefined && stream.cursorField === null)) continue;
      const policy = policies[stream.name] ?? policies["*"] ?? "evolve";
      const tabular = this.#source.connector.tabular === true;
      const watch = watchDrift({ title: stream.title, policy, known: known.get(stream.name) ?? [], tabular });
      this.#drift.set(stream.name, watch);
      const state = await readStreamState(db, this.#where(stream.name));
      const about = { ...(table === undefined ? {} : { table }), ...(window === undefined ? {} : { window }) };
      plans.push({ stream: stream.name, state, ...about });
    }
    return plans;
  }

  #where(stream: string): { source: string; account: string; stream: string } {
    return { source: this.#source.connector.name, account: this.#session.account, stream };
  }

  #infersDeletes(stream: string): boolean {
    return this.#streams.get(stream)?.deletes === "sweep";
  }

  #at(): string {
    return isoNow(this.#options.workspace.clock);
  }

  async #begin(stream: string): Promise<void> {
    if (this.#started.has(stream)) return;
    this.#started.add(stream);
    const { db, runId, attempt } = this.#options;
    const title = this.#streams.get(stream)?.title ?? stream;
    const place = { ...this.#where(stream), sourceName: this.#source.name, title };
    await startStreamRead(db, { runId, ...place, attempt, at: this.#at() });
  }

  async #takeRecord(message: RecordMessage): Promise<void> {
    await this.#begin(message.stream);
    if (this.#frozen.has(message.stream)) return;
    const verdict = this.#drift.get(message.stream)?.record(message) ?? { kind: "take", message };
    if (verdict.kind === "stop") {
      this.#frozen.set(message.stream, verdict.error);
      return;
    }
    const key = sourceKey({ ...this.#where(message.stream), id: message.id });
    if (this.#infersDeletes(message.stream)) {
      const keys = this.#seen.get(message.stream) ?? new Set();
      keys.add(key);
      this.#seen.set(message.stream, keys);
    }
    await this.#append(verdict.message, key);
  }

  async #append(message: RecordMessage, key: string): Promise<void> {
    const { runId, attempt } = this.#options;
    const where = this.#where(message.stream);
    const { id, op, cursor, version, observedAt, provenance } = message;
    const hash = contentHash({ op, raw: message.raw });
    const value: RawRecord = { ...where, id, key, op, cursor, version, observedAt, raw: message.raw, provenance, hash };
    const count = this.#counts.get(message.stream) ?? { records: 0, deletes: 0 };
    count.records += 1;
    if (op === "delete") count.deletes += 1;
    this.#counts.set(message.stream, count);
    this.#waiting.push({
      topic: rawTopic(where.source, where.stream),
      key,
      value,
      headers: { run_id: runId, attempt },
    });
    this.records += 1;
    if (this.#waiting.length >= APPEND_BATCH) await this.#flush();
  }

  async #flush(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const batch = this.#waiting;
    this.#waiting = [];
    await this.#options.log.append(batch);
    faultPoint("sync.inside");
    this.#options.onProgress(batch.length);
  }

  async #saveState(stream: string, state: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#flush();
    faultPoint("sync.checkpoint");
    const found = this.#streams.get(stream)?.columns ?? [];
    const columns = this.#drift.get(stream)?.accepted(found) ?? found;
    const { db, runId } = this.#options;
    await saveStreamState(db, { ...this.#where(stream), state, columns, runId, at: this.#at() });
  }

  async #endStream(told: StreamEndMessage): Promise<void> {
    await this.#begin(told.stream);
    const end = this.#afterDrift(told);
    const fresh = this.#drift.get(end.stream)?.fresh() ?? [];
    if (fresh.length > 0) {
      const message = `New fields: ${fresh.slice(0, 20).join(", ")}.`;
      await this.#notice(end.stream, "fields_added", "info", message, fresh.slice(0, 20).join(", "));
    }
    const { db, runId, attempt } = this.#options;
    const whole = end.outcome === "complete" || end.outcome === "empty_confirmed";
    const safe = whole && end.snapshot && this.#infersDeletes(end.stream) ? await this.#sweep(end) : true;
    await this.#flush();
    const state = this.#pending.get(end.stream);
    if (whole && safe && state !== undefined) await this.#saveState(end.stream, state);
    const current = whole && safe && this.#options.window === undefined;
    if (current) await markStreamRead(db, { ...this.#where(end.stream), runId, at: this.#at() });
    const count = this.#counts.get(end.stream) ?? { records: 0, deletes: 0 };
    await finishStreamRead(db, {
      runId,
      ...this.#where(end.stream),
      attempt,
      outcome: safe ? end.outcome : "partial",
      snapshot: end.snapshot,
      read: count.records,
      deletes: count.deletes,
      requests: end.counts.requests,
      vendorTotals: end.vendorTotals ?? null,
      error: end.error ?? null,
      at: this.#at(),
    });
    if (end.error !== undefined) this.failures.push({ subject: end.stream, error: end.error });
  }

  /** A stream that its drift policy stopped has failed, whatever its connector says. */
  #afterDrift(end: StreamEndMessage): StreamEndMessage {
    const frozen = this.#frozen.get(end.stream);
    if (frozen === undefined) return end;
    const { class: kind, code, message, hint } = frozen;
    return { ...end, outcome: "failed", snapshot: false, error: { class: kind, code, message, hint } };
  }

  /** Deletes what a full read did not show any more. Gives false, and deletes nothing, when too much would go. */
  async #sweep(end: StreamEndMessage): Promise<boolean> {
    const { db, workspace, acceptDrop } = this.#options;
    const living = await listLivingKeys(db, this.#where(end.stream));
    const keys = this.#seen.get(end.stream) ?? new Set<string>();
    const gone = living.filter((one) => !keys.has(one.key));
    const { max_drop: maxDrop, min_records: minRecords } = workspace.config.guards;
    // However few there were: an empty answer is never taken for "all deleted" before somebody has confirmed it.
    const emptied = keys.size === 0 && living.length > 0;
    const dropped = living.length >= minRecords && gone.length > living.length * maxDrop;
    if (!acceptDrop.includes(end.stream) && (emptied || dropped)) {
      await this.#hold(end.stream, living.length, keys.size);
      return false;
    }
    for (const one of gone) {
      const version = `deleted-after-${one.hash.slice(0, 16)}`;
      const stub = {
        type: "record",
        stream: end.stream,
        op: "delete",
        id: one.sourceId,
        cursor: null,
        version,
      } as const;
      await this.#append({ ...stub, observedAt: this.#at(), raw: null, provenance: {} }, one.key);
    }
    return true;
  }

  async #hold(stream: string, before: number, now: number): Promise<void> {
    this.held.push(stream);
    const title = this.#streams.get(stream)?.title ?? stream;
    const code = now === 0 ? "stream_emptied" : "volume_drop";
    const message = `${title} had ${before} records and now shows ${now}; nothing was deleted.`;
    await this.#notice(stream, code, "warning", message, title);
    await recordAlert(this.#options.db, {
      runId: this.#options.runId,
      severity: "warning",
      code,
      subject: `${this.#source.name}: ${title}`,
      message: `${this.#source.name}: ${message}`,
      hint: `If that is right, type: c360 nightly --accept-drop ${stream}`,
      at: this.#at(),
    });
  }

  async #notice(stream: string, code: string, severity: string, message: string, subject: string): Promise<void> {
    const { db, runId } = this.#options;
    await recordNotice(db, { runId, ...this.#where(stream), code, severity, subject, message, at: this.#at() });
  }
}
