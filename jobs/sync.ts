import { contentHash, faultPoint, isoNow, rawTopic, sourceKey, toC360Error } from "#core";
import type {
  ConnectorSession,
  Database,
  EventLog,
  LogAppend,
  RawRecord,
  RecordMessage,
  StreamEndMessage,
  StreamInfo,
} from "#core";
import {
  finishStreamRead,
  knownStreams,
  listLivingKeys,
  readStreamState,
  recordAlert,
  recordNotice,
  saveStreamState,
  startStreamRead,
} from "#warehouse";
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
      const read = createAccountRead(source, session, options);
      try {
        await read.run();
      } catch (error) {
        failures.push({ subject: session.account, error: toC360Error(error) });
      }
      records += read.records();
      failures.push(...read.failures());
      held.push(...read.held());
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

interface AccountRead {
  run(): Promise<void>;
  records(): number;
  failures(): readonly Failure[];
  held(): readonly string[];
}

/** Reads one account: appends records, keeps state behind the acknowledgement, turns absence into deletes when that is safe. */
function createAccountRead(source: Source, session: ConnectorSession, options: SyncOptions): AccountRead {
  const { db, log, workspace, runId, attempt } = options;
  const connector = source.connector.name;
  const failures: Failure[] = [];
  const held: string[] = [];
  let streams: ReadonlyMap<string, StreamInfo> = new Map();
  let waiting: LogAppend[] = [];
  let total = 0;
  const seen = new Map<string, Set<string>>();
  const started = new Set<string>();
  const counts = new Map<string, { records: number; deletes: number }>();
  /** State of streams whose deletes are inferred is kept back until the volume guard has passed them. */
  const pending = new Map<string, Readonly<Record<string, unknown>>>();
  const where = (stream: string) => ({ source: connector, account: session.account, stream });

  return { run, records: () => total, failures: () => failures, held: () => held };

  async function run(): Promise<void> {
    const found = await session.discover();
    const wanted = found.filter((stream) => source.config.streams?.includes(stream.name) ?? true);
    streams = new Map(wanted.map((stream) => [stream.name, stream]));
    const { tables, guessed } = await tableMappings(workspace, source, wanted);
    options.mapper.learn(source, session, tables);
    for (const guess of guessed) {
      workspace.out.line(`  guessed ${describeMapping(guess)}`);
      await notice(guess.stream, "mapping_guessed", "info", describeMapping(guess), guess.title);
    }
    const plans = [];
    for (const stream of wanted) {
      const table = tables.get(stream.name);
      if (table?.entity === "ignore") continue;
      const state = await readStreamState(db, where(stream.name));
      plans.push({ stream: stream.name, state, ...(table === undefined ? {} : { table }) });
    }
    for await (const message of session.read(plans)) {
      switch (message.type) {
        case "record":
          await takeRecord(message);
          break;
        case "checkpoint":
          if (infersDeletes(message.stream)) pending.set(message.stream, message.state);
          else await saveState(message.stream, message.state);
          break;
        case "notice":
          await notice(message.stream, message.code, message.severity, message.message, message.subject ?? "");
          break;
        case "schema":
          workspace.log.info(
            { run: runId, source: source.name, stream: message.stream },
            "the shape of a stream changed",
          );
          break;
        case "progress":
          break;
        case "streamEnd":
          await endStream(message);
          break;
      }
    }
    await flush();
  }

  function infersDeletes(stream: string): boolean {
    return streams.get(stream)?.deletes === "sweep";
  }

  async function begin(stream: string): Promise<void> {
    if (started.has(stream)) return;
    started.add(stream);
    await startStreamRead(db, {
      runId,
      sourceName: source.name,
      ...where(stream),
      attempt,
      at: isoNow(workspace.clock),
    });
  }

  async function takeRecord(message: RecordMessage): Promise<void> {
    await begin(message.stream);
    const key = sourceKey({ ...where(message.stream), id: message.id });
    if (infersDeletes(message.stream)) {
      const keys = seen.get(message.stream) ?? new Set();
      keys.add(key);
      seen.set(message.stream, keys);
    }
    await append(message, key);
  }

  async function append(message: RecordMessage, key: string): Promise<void> {
    const raw: RawRecord = {
      ...where(message.stream),
      id: message.id,
      key,
      op: message.op,
      cursor: message.cursor,
      version: message.version,
      observedAt: message.observedAt,
      raw: message.raw,
      provenance: message.provenance,
      hash: contentHash({ op: message.op, raw: message.raw }),
    };
    const count = counts.get(message.stream) ?? { records: 0, deletes: 0 };
    count.records += 1;
    if (message.op === "delete") count.deletes += 1;
    counts.set(message.stream, count);
    waiting.push({ topic: rawTopic(connector, message.stream), key, value: raw, headers: { run_id: runId, attempt } });
    total += 1;
    if (waiting.length >= APPEND_BATCH) await flush();
  }

  async function flush(): Promise<void> {
    if (waiting.length === 0) return;
    const batch = waiting;
    waiting = [];
    await log.append(batch);
    faultPoint("sync.inside");
    options.onProgress(batch.length);
  }

  async function saveState(stream: string, state: Readonly<Record<string, unknown>>): Promise<void> {
    await flush();
    faultPoint("sync.checkpoint");
    const columns = streams.get(stream)?.columns ?? [];
    await saveStreamState(db, { ...where(stream), state, columns, runId, at: isoNow(workspace.clock) });
  }

  async function endStream(end: StreamEndMessage): Promise<void> {
    await begin(end.stream);
    const whole = end.outcome === "complete" || end.outcome === "empty_confirmed";
    const safe = whole && end.snapshot && infersDeletes(end.stream) ? await sweep(end) : true;
    await flush();
    const state = pending.get(end.stream);
    if (whole && safe && state !== undefined) await saveState(end.stream, state);
    const count = counts.get(end.stream) ?? { records: 0, deletes: 0 };
    await finishStreamRead(db, {
      runId,
      ...where(end.stream),
      attempt,
      outcome: end.outcome,
      snapshot: end.snapshot,
      read: count.records,
      deletes: count.deletes,
      requests: end.counts.requests,
      vendorTotals: end.vendorTotals ?? null,
      error: end.error ?? null,
      at: isoNow(workspace.clock),
    });
    if (end.error !== undefined) {
      failures.push({ subject: end.stream, error: end.error });
    }
  }

  /** Deletes what a full read did not show any more. Gives false, and deletes nothing, when too much would go. */
  async function sweep(end: StreamEndMessage): Promise<boolean> {
    const living = await listLivingKeys(db, where(end.stream));
    const keys = seen.get(end.stream) ?? new Set<string>();
    const gone = living.filter((key) => !keys.has(key.key));
    const guards = workspace.config.guards;
    const accepted = options.acceptDrop.includes(end.stream) || end.outcome === "empty_confirmed";
    if (!accepted && living.length >= guards.min_records && gone.length > living.length * guards.max_drop) {
      await hold(end.stream, living.length, keys.size);
      return false;
    }
    for (const one of gone) {
      await append(
        {
          type: "record",
          stream: end.stream,
          op: "delete",
          id: one.sourceId,
          cursor: null,
          version: `deleted-after-${one.hash.slice(0, 16)}`,
          observedAt: isoNow(workspace.clock),
          raw: null,
          provenance: {},
        },
        one.key,
      );
    }
    return true;
  }

  async function hold(stream: string, before: number, now: number): Promise<void> {
    held.push(stream);
    const title = streams.get(stream)?.title ?? stream;
    const code = now === 0 ? "stream_emptied" : "volume_drop";
    const message = `${title} had ${before} records and now shows ${now}; nothing was deleted.`;
    await notice(stream, code, "warning", message, title);
    await recordAlert(db, {
      runId,
      severity: "warning",
      code,
      subject: `${source.name}: ${title}`,
      message: `${source.name}: ${message}`,
      hint: `If that is right, type: c360 nightly --accept-drop ${stream}`,
      at: isoNow(workspace.clock),
    });
  }

  async function notice(
    stream: string,
    code: string,
    severity: string,
    message: string,
    subject: string,
  ): Promise<void> {
    await recordNotice(db, { runId, ...where(stream), code, severity, subject, message, at: isoNow(workspace.clock) });
  }
}
