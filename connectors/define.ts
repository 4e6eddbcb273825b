import { contentHash, isoNow, toC360Error } from "#core";
import type {
  CheckResult,
  C360Error,
  Clock,
  Connector,
  ConnectorContext,
  ConnectorMessage,
  KnownStream,
  NoticeMessage,
  Provenance,
  RecordMessage,
  Rejected,
  StreamEndMessage,
  StreamNotice,
  StreamPlan,
  StreamState,
} from "#core";
import type { z } from "zod";
import { redacted } from "./http.ts";
import type { HttpClient } from "./http.ts";

/** What one stream's reader returns when it has read everything it was to read. */
export interface StreamResult {
  /** True where absence now means deletion. */
  readonly snapshot: boolean;
  /** Default: `complete`, or `empty_confirmed` for a first full read that found nothing. */
  readonly outcome?: StreamEndMessage["outcome"];
  readonly vendorTotals?: StreamEndMessage["vendorTotals"];
  /** Why the outcome is `partial`. */
  readonly error?: C360Error;
}

/** Messages one by one, or several that are at hand together: handing over each alone costs more than making it. */
export type Messages = ConnectorMessage | readonly ConnectorMessage[];

/** Reads one stream: yields everything but the streamEnd, and returns how it went. */
export type StreamReader = AsyncGenerator<Messages, StreamResult, void>;

/** The planned streams in order, message by message, as {@link readBlocks} reads them. */
export function readStreams(
  plans: readonly StreamPlan[],
  tools: { readonly context: ConnectorContext; readonly http?: HttpClient },
  readOne: (plan: StreamPlan) => StreamReader,
): AsyncIterable<ConnectorMessage> {
  return oneByOne(readBlocks(plans, tools, readOne), tools.context.signal);
}

/** Messages one by one. An abort throws before the next one, whatever is at hand. */
export function oneByOne(
  source: AsyncGenerator<Messages, void, void>,
  signal: AbortSignal,
): AsyncIterableIterator<ConnectorMessage> {
  let block: readonly ConnectorMessage[] = [];
  let at = 0;
  const more = async (): Promise<IteratorResult<ConnectorMessage, undefined>> => {
    for (;;) {
      const step = await source.next();
      if (step.done === true) return { value: undefined, done: true };
      block = asList(step.value);
      at = 0;
      const first = block[at++];
      if (first !== undefined) return { value: first, done: false };
    }
  };
  const stop = async (): Promise<IteratorResult<ConnectorMessage, undefined>> => {
    block = [];
    await source.return();
    return { value: undefined, done: true };
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next() {
      const value = block[at];
      if (value === undefined) return more();
      if (signal.aborted) return stop().then(() => Promise.reject(signal.reason as Error));
      at += 1;
      return Promise.resolve({ value, done: false });
    },
    return: stop,
  };
}

function asList(messages: Messages): readonly ConnectorMessage[] {
  return Array.isArray(messages) ? (messages as readonly ConnectorMessage[]) : [messages as ConnectorMessage];
}

/**
 * Reads the planned streams in order and closes each with its streamEnd. A stream that throws ends `failed`, with
 * secrets taken out of its error, and the next one goes on. Only an abort throws.
 */
export async function* readBlocks(
  plans: readonly StreamPlan[],
  tools: { readonly context: ConnectorContext; readonly http?: HttpClient },
  readOne: (plan: StreamPlan) => StreamReader,
): AsyncGenerator<Messages, void, void> {
  for (const plan of plans) {
    const counts = { records: 0, deletes: 0, requests: 0 };
    const before = tools.http?.sent() ?? 0;
    const end = (rest: Omit<StreamEndMessage, "type" | "stream" | "counts">): StreamEndMessage => ({
      type: "streamEnd",
      stream: plan.stream,
      counts: { ...counts, requests: (tools.http?.sent() ?? 0) - before },
      ...rest,
    });
    try {
      const reader = readOne(plan);
      let step = await reader.next();
      while (step.done !== true) {
        throwIfAborted(tools.context.signal);
        for (const message of asList(step.value)) {
          if (message.type === "record") counts[message.op === "delete" ? "deletes" : "records"] += 1;
        }
        yield step.value;
        step = await reader.next();
      }
      if (tools.http?.throttled() === true)
        yield notice(plan.stream, "throttled", "info", "The vendor asked to slow down.");
      yield end(resultEnd(step.value, plan, counts.records));
    } catch (error) {
      throwIfAborted(tools.context.signal);
      yield end({ outcome: "failed", snapshot: false, error: errorFields(error, tools.http) });
    }
  }
}

function resultEnd(
  result: StreamResult,
  plan: StreamPlan,
  records: number,
): Omit<StreamEndMessage, "type" | "stream" | "counts"> {
  const empty = result.snapshot && records === 0 && plan.state === null;
  return {
    outcome: result.outcome ?? (empty ? "empty_confirmed" : "complete"),
    snapshot: result.snapshot,
    ...(result.vendorTotals === undefined ? {} : { vendorTotals: result.vendorTotals }),
    ...(result.error === undefined ? {} : { error: errorFields(result.error, undefined) }),
  };
}

/** The part of an error that leaves the connector, without secrets. */
export function errorFields(error: unknown, http: HttpClient | undefined): NonNullable<StreamEndMessage["error"]> {
  const known = toC360Error(error);
  const clean = (http === undefined ? known : redacted(known, http.redactor)) as C360Error;
  return { class: clean.class, code: clean.code, message: clean.message, hint: clean.hint };
}

/** Runs the work of a `check`: what it throws becomes a failed result. */
export async function checked(
  http: HttpClient | undefined,
  signal: AbortSignal,
  work: () => Promise<CheckResult>,
): Promise<CheckResult> {
  try {
    return await work();
  } catch (error) {
    throwIfAborted(signal);
    return { status: "failed", ...errorFields(error, http) };
  }
}

/** Throws the signal's reason once it is aborted. */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw signal.reason;
}

/** A record message; the version is the raw object's content hash unless the vendor has its own. */
export function upsert(
  stream: string,
  id: string,
  raw: unknown,
  rest: {
    readonly observedAt: string;
    readonly cursor?: string | null;
    readonly version?: string;
    readonly provenance?: Provenance;
  },
): RecordMessage {
  return {
    type: "record",
    stream,
    op: "upsert",
    id,
    cursor: rest.cursor ?? null,
    version: rest.version ?? contentHash(raw).slice(0, 16),
    observedAt: rest.observedAt,
    raw,
    provenance: rest.provenance ?? {},
  };
}

/** A delete message. `version` must differ from those of the object's upserts. */
export function deletion(
  stream: string,
  id: string,
  rest: {
    readonly observedAt: string;
    readonly version: string;
    readonly raw?: unknown;
    readonly cursor?: string | null;
  },
): RecordMessage {
  return {
    type: "record",
    stream,
    op: "delete",
    id,
    cursor: rest.cursor ?? null,
    version: rest.version,
    observedAt: rest.observedAt,
    raw: rest.raw ?? null,
    provenance: {},
  };
}

/** A notice message. */
export function notice(
  stream: string,
  code: StreamNotice | "schema_invalid",
  severity: NoticeMessage["severity"],
  message: string,
  subject?: string,
): NoticeMessage {
  return { type: "notice", stream, code, severity, message, ...(subject === undefined ? {} : { subject }) };
}

/** A checkpoint message. */
export function checkpoint(stream: string, state: StreamState): ConnectorMessage {
  return { type: "checkpoint", stream, state };
}

/** Base URL and path put together, without doubling a version prefix (`/v4`) that the base already ends with. */
export function endpoint(base: string, path: string): string {
  const trimmed = base.replace(/\/+$/, "");
  const tail = new URL(trimmed).pathname.replace(/\/+$/, "");
  if (tail === "" || tail === "/") return trimmed + path;
  return path.startsWith(`${tail}/`) ? trimmed + path.slice(tail.length) : trimmed + path;
}

/** `host:port` of settings' URLs: the hosts that a vendor's client may ask. */
export function hostsOf(...urls: readonly string[]): string[] {
  return urls
    .filter((url) => URL.canParse(url))
    .map((url) => {
      const { hostname, port, protocol } = new URL(url);
      return `${hostname}:${port === "" ? (protocol === "https:" ? "443" : "80") : port}`;
    });
}

/** Rejects an object that does not fit its schema, naming the fields and never repeating their values. */
export function schemaRejected(error: z.ZodError): Rejected {
  const paths = [...new Set(error.issues.map((issue) => issue.path.map(String).join(".")))];
  const first = paths[0] ?? "";
  const kinds = error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.map(String).join(".") || "the object"}: ${issue.code}`);
  return { rejected: "schema_invalid", detail: kinds.join("; "), ...(first === "" ? {} : { field: first }) };
}

/** The columns that a stream had when it was read before, or null. */
export async function knownStream(
  context: ConnectorContext,
  account: string,
  stream: string,
): Promise<KnownStream | null> {
  return (await context.known(account)).find((known) => known.name === stream) ?? null;
}

/** ISO time of our clock. */
export function observed(clock: Clock): string {
  return isoNow(clock);
}

/** Types a connector object without widening it: `defineConnector({...})`. */
export function defineConnector<Settings>(connector: Connector<Settings>): Connector<Settings> {
  return connector;
}
