import { manualClock, seededRandom, silentLogger } from "#core";
import type {
  Clock,
  Connector,
  ConnectorContext,
  ConnectorMessage,
  KnownStream,
  Logger,
  MapContext,
  RecordMessage,
  SecretStore,
  StreamEndMessage,
  StreamPlan,
  StreamState,
  TableMapping,
} from "#core";
import { sourceKey } from "#core";

/** Secrets in memory, with a real lease: one holder at a time. */
export function memorySecrets(): SecretStore & { readonly values: Map<string, string> } {
  const values = new Map<string, string>();
  const queues = new Map<string, Promise<unknown>>();
  return {
    values,
    get: (name) => Promise.resolve(values.get(name) ?? null),
    set: (name, value) => Promise.resolve(void values.set(name, value)),
    delete: (name) => Promise.resolve(void values.delete(name)),
    withLease: (name, work) => {
      const before = queues.get(name) ?? Promise.resolve();
      const mine = before.catch(() => undefined).then(work);
      queues.set(name, mine);
      return mine;
    },
  };
}

/** The start of time in these tests. */
export const START = Date.parse("2026-03-02T12:00:00Z");

/** A context whose waits take no time. */
export function testContext(rest: Partial<ConnectorContext> = {}): ConnectorContext & { readonly clock: Clock } {
  return {
    clock: manualClock(START),
    random: seededRandom(7),
    log: silentLogger,
    secrets: memorySecrets(),
    signal: new AbortController().signal,
    limits: { hostDelayMs: 0, timeoutMs: 5000, maxBodyBytes: 20 * 1024 * 1024 },
    allowPrivateHosts: [],
    known: () => Promise.resolve([]),
    baseDir: process.cwd(),
    userAgent: "Customer360/0.1 (test; test@example.com)",
    ...rest,
  };
}

/** A logger that keeps its lines, to look for secrets in them. */
export function keepingLogger(lines: string[]): Logger {
  const keep = (fields: object, message: string): void => void lines.push(JSON.stringify({ ...fields, message }));
  const logger: Logger = { debug: keep, info: keep, warn: keep, error: keep, child: () => logger };
  return logger;
}

/** What the platform remembers of an account between runs. */
export interface Memory {
  readonly states: Map<string, StreamState>;
  readonly known: KnownStream[];
  /** Records that exist, by stream and id: raw as canonical text. */
  readonly records: Map<string, RecordMessage>;
}

/** A memory of nothing. */
export function emptyMemory(): Memory {
  return { states: new Map(), known: [], records: new Map() };
}

/** One run as the platform makes it: discover, read, remember. */
export interface Run {
  readonly messages: readonly ConnectorMessage[];
  readonly ends: ReadonlyMap<string, StreamEndMessage>;
  readonly records: readonly RecordMessage[];
}

/** How a run is made. */
export interface RunOptions {
  readonly context: ConnectorContext;
  readonly memory?: Memory;
  readonly tables?: Readonly<Record<string, TableMapping>>;
  readonly streams?: readonly string[];
  /** Stops reading after this many messages, as a killed process would. */
  readonly stopAfter?: number;
  /** Sees each message as it comes, before the next one is asked for. */
  readonly onMessage?: (message: ConnectorMessage, count: number) => void | Promise<void>;
  /** Keeps no messages: for reads that are too large to remember. */
  readonly forget?: boolean;
}

/** Runs a connector once against its settings and applies what it says to the memory. */
export async function run(connector: Connector, settings: unknown, options: RunOptions): Promise<Run> {
  const memory = options.memory ?? emptyMemory();
  const context = { ...options.context, known: () => Promise.resolve(memory.known) };
  const session = await connector.open(connector.settings.parse(settings), context);
  const messages: ConnectorMessage[] = [];
  let count = 0;
  try {
    const streams = await session.discover();
    const names = options.streams ?? streams.map((stream) => stream.name);
    const plans: StreamPlan[] = names.map((stream) => {
      const table = options.tables?.[stream];
      return { stream, state: memory.states.get(stream) ?? null, ...(table === undefined ? {} : { table }) };
    });
    const present = new Map<string, Set<string>>();
    for await (const message of session.read(plans)) {
      count += 1;
      if (options.forget !== true) messages.push(message);
      if (options.forget !== true) apply(memory, message, present);
      await options.onMessage?.(message, count);
      if (options.stopAfter !== undefined && count >= options.stopAfter) break;
    }
    for (const stream of streams) {
      if (stream.columns.length === 0 || options.stopAfter !== undefined) continue;
      const at = memory.known.findIndex((known) => known.name === stream.name);
      const entry = { name: stream.name, columns: stream.columns };
      if (at < 0) memory.known.push(entry);
      else memory.known[at] = entry;
    }
  } finally {
    await session.close();
  }
  const ends = messages.filter((message) => message.type === "streamEnd");
  return {
    messages,
    ends: new Map(ends.map((end) => [end.stream, end])),
    records: messages.filter((message) => message.type === "record"),
  };
}

function apply(memory: Memory, message: ConnectorMessage, present: Map<string, Set<string>>): void {
  if (message.type === "record") {
    const key = `${message.stream}/${message.id}`;
    present.set(message.stream, (present.get(message.stream) ?? new Set()).add(key));
    if (message.op === "delete") memory.records.delete(key);
    else memory.records.set(key, message);
  }
  if (message.type === "checkpoint")
    memory.states.set(message.stream, JSON.parse(JSON.stringify(message.state)) as StreamState);
  if (message.type === "streamEnd" && message.snapshot) {
    for (const key of Array.from(memory.records.keys())) {
      if (key.startsWith(`${message.stream}/`) && present.get(message.stream)?.has(key) !== true)
        memory.records.delete(key);
    }
  }
}

/** The content of a memory: what would be in the warehouse. */
export function contentOf(memory: Memory): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    [...memory.records].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, record]) => [key, record.raw]),
  );
}

/** Context for `map` of one record. */
export function mapContext(
  source: string,
  account: string,
  record: { stream: string; id: string },
  table?: TableMapping,
): MapContext {
  return {
    account,
    stream: record.stream,
    sourceId: record.id,
    key: sourceKey({ source, account, stream: record.stream, id: record.id }),
    homeCurrency: "JMD",
    observedAt: new Date(START).toISOString(),
    ...(table === undefined ? {} : { table }),
  };
}
