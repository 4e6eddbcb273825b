import { C360Error, contentHash } from "#core";
import type { ConnectorContext, ConnectorMessage, RecordMessage, StreamPlan } from "#core";
import { createTotals } from "../decimal.ts";
import type { Totals } from "../decimal.ts";
import { checkpoint, deletion, notice, upsert } from "../define.ts";
import type { StreamReader, StreamResult } from "../define.ts";
import { PAGE } from "./client.ts";
import type { QuickBooksClient } from "./client.ts";
import { changedAt, idOf, seenKey, vendorTimeText } from "./objects.ts";
import { schemaOf } from "./schemas.ts";
import { nextState, parseState } from "./state.ts";
import type { QuickBooksState } from "./state.ts";
import { streamNamed } from "./streams.ts";
import type { QuickBooksStream } from "./streams.ts";

/** Objects are committed a little after their time stamp: what changed in this span is left to the next run. */
const HOLD_BACK_MS = 30_000;
/** And may appear with an older stamp than objects that were seen. */
const LOOK_BACK_MS = 5 * 60_000;
/** Change data capture forgets after 30 days, silently; beyond this age it is not asked. */
const CDC_MAX_AGE_MS = 27 * 86_400_000;
/** Everything is read again this often, to find what the increments missed. */
const SWEEP_EVERY_MS = 7 * 86_400_000;
/** Offsets go this far back over an equal time stamp, so that a row that leaves does not hide its neighbour. */
const OFFSET_OVERLAP = 50;
const MAX_COMPLAINTS = 20;

interface Job {
  readonly client: QuickBooksClient;
  readonly context: ConnectorContext;
  readonly stream: QuickBooksStream;
  readonly plan: StreamPlan;
  readonly totals: Totals;
  /** Version by id of what was emitted near the cursor. */
  readonly recent: Map<string, string>;
  inactive: boolean;
  complaints: number;
}

/** Reads one stream of one company. */
export async function* readQuickBooks(
  client: QuickBooksClient,
  context: ConnectorContext,
  plan: StreamPlan,
): StreamReader {
  const stream = streamNamed(plan.stream);
  if (stream === undefined) {
    throw new C360Error("VENDOR_REQUEST", { vendor: "QuickBooks", reason: `there is no stream ${plan.stream}` });
  }
  const job: Job = {
    client,
    context,
    stream,
    plan,
    totals: createTotals(),
    recent: new Map(),
    inactive: false,
    complaints: 0,
  };
  if (stream.name === "company_info") return yield* readCompany(job);
  if (plan.window !== undefined) return yield* readWindow(job, plan.window);
  const now = await vendorClock(client);
  const state = parseState(plan.state);
  if (state === null) return yield* readAll(job, null, now);
  if (!state.filled) return yield* readAll(job, state, now);
  const age = now - Date.parse(state.changesSince);
  if (age > CDC_MAX_AGE_MS || now - Date.parse(state.sweptAt) > SWEEP_EVERY_MS) return yield* sweep(job, state, now);
  return yield* readChanges(job, state, now);
}

/** Cursors follow the vendor's clock, never ours: one cheap question when no answer was seen yet. */
async function vendorClock(client: QuickBooksClient): Promise<number> {
  const seen = client.vendorNow();
  if (seen !== null) return seen;
  await client.query("CompanyInfo", "SELECT * FROM CompanyInfo");
  const now = client.vendorNow();
  if (now === null) throw new C360Error("VENDOR_SCHEMA", { vendor: "QuickBooks", reason: "the answer tells no time" });
  return now;
}

async function* readCompany(job: Job): StreamReader {
  const page = await job.client.query("CompanyInfo", "SELECT * FROM CompanyInfo");
  const known = parseState(job.plan.state)?.recent ?? {};
  const recent: Record<string, string> = {};
  for (const row of page.rows) {
    const id = idOf(row);
    if (id === null) continue;
    recent[id] = seenKey(row);
    if (known[id] !== recent[id]) yield record(job, id, row);
  }
  const now = new Date(job.client.vendorNow() ?? job.context.clock.now()).toISOString();
  yield checkpoint("company_info", {
    v: 1,
    cursor: now,
    changesSince: now,
    sweptAt: now,
    filled: true,
    recent,
    stubs: {},
  });
  return { snapshot: job.plan.state === null };
}

async function* readWindow(job: Job, window: { readonly from: string; readonly to: string }): StreamReader {
  const to = window.to.length === 10 ? `${window.to}T23:59:59Z` : window.to;
  yield* pages(job, Date.parse(window.from), Date.parse(to));
  return finish(job, false);
}

/** First read, or the rest of one that was broken off: pages by time, each with its checkpoint. */
async function* readAll(job: Job, before: QuickBooksState | null, now: number): StreamReader {
  const started = before?.changesSince ?? new Date(now).toISOString();
  const base = { changesSince: started, sweptAt: started, filled: false, stubs: {} };
  let newest = before === null ? null : Date.parse(before.cursor);
  for (const [id, key] of Object.entries(before?.recent ?? {})) job.recent.set(id, key);
  for await (const step of pages(job, newest, null)) {
    yield step;
    if (step.type !== "progress") continue;
    newest = cursorOf(job, newest);
    yield checkpoint(job.stream.name, nextState(base, Math.min(newest ?? now, now), job.recent, 0));
  }
  // Deletes since the start of the first read come by change data capture, next time; absence says it all now.
  const cursor = Math.max(now - HOLD_BACK_MS, 0);
  yield checkpoint(job.stream.name, nextState({ ...base, filled: true }, cursor, job.recent, LOOK_BACK_MS));
  return finish(job, before === null);
}

/** Everything again, so that absence means deletion. The state moves only at the end: a broken sweep starts over. */
async function* sweep(read: Job, before: QuickBooksState, now: number): StreamReader {
  const job: Job = { ...read, totals: createTotals(), recent: new Map() };
  yield* pages(job, null, null);
  const at = new Date(now).toISOString();
  const base = { changesSince: at, sweptAt: at, filled: true, stubs: before.stubs };
  yield checkpoint(job.stream.name, nextState(base, now - HOLD_BACK_MS, job.recent, LOOK_BACK_MS));
  return finish(job, true);
}

/** What changed since the cursor, then what was deleted. */
async function* readChanges(job: Job, before: QuickBooksState, now: number): StreamReader {
  const from = Date.parse(before.cursor) - LOOK_BACK_MS;
  const to = Math.max(now - HOLD_BACK_MS, Date.parse(before.cursor));
  for (const [id, key] of Object.entries(before.recent)) job.recent.set(id, key);
  for await (const step of pages(job, from, to)) {
    yield step;
    if (step.type !== "progress") continue;
    const reached = Math.min(cursorOf(job, from) ?? from, to);
    const cursor = Math.max(Date.parse(before.cursor), reached);
    yield checkpoint(job.stream.name, nextState(before, cursor, job.recent, LOOK_BACK_MS));
  }
  const since = Date.parse(before.changesSince) - LOOK_BACK_MS;
  const changes = await job.client.changes(job.stream.entity, vendorTimeText(since));
  // A full answer is a cut one: only reading everything tells what is gone.
  if (changes.truncated) return yield* sweep(job, before, now);
  const stubs: Record<string, string> = {};
  for (const row of changes.rows) {
    const id = idOf(row);
    if (id === null || (row as { status?: unknown }).status !== "Deleted") continue;
    const at = new Date(changedAt(row) ?? now).toISOString();
    stubs[id] = at;
    if (before.stubs[id] === at) continue;
    yield deletion(job.stream.name, id, { observedAt: at, version: `deleted ${at}`, raw: row, cursor: at });
  }
  const base = { ...before, changesSince: new Date(now).toISOString(), stubs };
  yield checkpoint(job.stream.name, nextState(base, to, job.recent, LOOK_BACK_MS));
  return finish(job, false);
}

function finish(job: Job, snapshot: boolean): StreamResult {
  const vendorTotals = job.totals.result();
  return { snapshot, ...(vendorTotals === undefined ? {} : { vendorTotals }) };
}

/**
 * Pages by keyset: each page begins at the last time stamp of the one before, and rows that were seen are left out.
 * Offsets count only inside one time stamp. Ends at a page without an unseen row, never at a short page alone:
 * the vendor's pages can be a row too short or too long. A progress message marks the end of each page.
 */
async function* pages(job: Job, from: number | null, to: number | null): AsyncGenerator<ConnectorMessage, void, void> {
  let lower = from;
  let offset = 1;
  let done = 0;
  let longest = 20;
  for (;;) {
    const page = await job.client.query(job.stream.entity, statement(job.stream, lower, to, offset));
    let fresh = 0;
    let last = lower;
    for (const row of page.rows) {
      const at = changedAt(row);
      if (at !== null) last = Math.max(last ?? at, at);
      const message = take(job, row);
      if (message === null) continue;
      fresh += 1;
      yield message;
      yield* complaint(job, row);
    }
    done += fresh;
    if (job.inactive) yield* inactiveNotice(job);
    yield { type: "progress", stream: job.stream.name, done };
    const stuck = last === lower;
    const few = page.rows.length <= Math.max(20, longest / 2);
    if (page.rows.length === 0 || (fresh === 0 && stuck && few)) return;
    longest = Math.max(longest, page.rows.length);
    // Bounded memory: only what can come again is remembered.
    forget(job, last);
    const overlap = Math.min(OFFSET_OVERLAP, Math.floor(page.rows.length / 2));
    offset = stuck ? Math.max(offset + 1, offset + page.rows.length - overlap) : 1;
    lower = last;
  }
}

/** An object that does not fit its schema is handed on as it came; this says so, for a limited number of them. */
function* complaint(job: Job, row: unknown): Generator<ConnectorMessage, void, void> {
  const parsed = schemaOf(job.stream).safeParse(row);
  if (parsed.success || job.complaints >= MAX_COMPLAINTS) return;
  job.complaints += 1;
  const field = parsed.error.issues[0]?.path.map(String).join(".") ?? "";
  yield notice(
    job.stream.name,
    "schema_invalid",
    "warning",
    `${job.stream.entity} ${idOf(row) ?? "without id"} does not fit its schema.`,
    field,
  );
}

function* inactiveNotice(job: Job): Generator<ConnectorMessage, void, void> {
  job.inactive = false;
  if (job.plan.state === null)
    yield notice(job.stream.name, "inactive_record", "info", "Inactive records were read as well.");
}

/** The record of a row, or null when exactly this version was emitted before. */
function take(job: Job, row: unknown): RecordMessage | null {
  const id = idOf(row) ?? `unnamed-${contentHash(row).slice(0, 16)}`;
  const key = seenKey(row);
  if (job.recent.get(id) === key) return null;
  job.recent.set(id, key);
  if ((row as { Active?: unknown }).Active === false) job.inactive = true;
  return record(job, id, row);
}

function record(job: Job, id: string, row: unknown): RecordMessage {
  const at = changedAt(row);
  const token = (row as { SyncToken?: unknown }).SyncToken;
  const fields = row as { TotalAmt?: unknown; CurrencyRef?: { value?: unknown } };
  const currency = typeof fields.CurrencyRef?.value === "string" ? fields.CurrencyRef.value : "home";
  if (job.stream.kind !== undefined) job.totals.add(job.stream.kind, currency, fields.TotalAmt);
  return upsert(job.stream.name, id, row, {
    observedAt: new Date(job.client.vendorNow() ?? job.context.clock.now()).toISOString(),
    cursor: at === null ? null : new Date(at).toISOString(),
    ...(typeof token === "string" && at !== null ? { version: `${token} ${new Date(at).toISOString()}` } : {}),
  });
}

function forget(job: Job, last: number | null): void {
  if (last === null || job.recent.size < 5 * PAGE) return;
  for (const [id, key] of job.recent) {
    const at = Date.parse(key.slice(key.indexOf(" ") + 1));
    if (!Number.isNaN(at) && at < last - LOOK_BACK_MS) job.recent.delete(id);
  }
}

function cursorOf(job: Job, before: number | null): number | null {
  let newest = before;
  for (const key of job.recent.values()) {
    const at = Date.parse(key.slice(key.indexOf(" ") + 1));
    if (!Number.isNaN(at)) newest = Math.max(newest ?? at, at);
  }
  return newest;
}

function statement(stream: QuickBooksStream, from: number | null, to: number | null, offset: number): string {
  const where = [
    `Metadata.LastUpdatedTime >= '${vendorTimeText(from ?? 0)}'`,
    ...(to === null ? [] : [`Metadata.LastUpdatedTime <= '${vendorTimeText(to)}'`]),
    ...(stream.hasActive ? ["Active IN (true, false)"] : []),
  ];
  return `SELECT * FROM ${stream.entity} WHERE ${where.join(" AND ")} ORDER BY Metadata.LastUpdatedTime ASC STARTPOSITION ${offset} MAXRESULTS ${PAGE}`;
}
