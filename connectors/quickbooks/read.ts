import { C360Error, contentHash } from "#core";
import type { ConnectorContext, ConnectorMessage, Poke, RecordMessage, StreamPlan } from "#core";
import { createTotals } from "../decimal.ts";
import type { Totals } from "../decimal.ts";
import { checkpoint, deletion, notice, upsert } from "../define.ts";
import type { StreamReader, StreamResult } from "../define.ts";
import { PAGE } from "./client.ts";
import type { QuickBooksClient } from "./client.ts";
import { changedAt, idOf, seenKey, vendorTimeText } from "./objects.ts";
import { schemaOf } from "./schemas.ts";
import { nextPage, statement } from "./seek.ts";
import { nextState, packIds, parseState, unpackIds } from "./state.ts";
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
const MAX_COMPLAINTS = 20;
/** Objects that are asked for by id at once. */
const POKES = 100;
/** A sweep that would delete more than this share, and at least so many, deletes nothing. */
const GUARD_SHARE = 0.5;
const GUARD_MIN = 20;

interface Job {
  readonly client: QuickBooksClient;
  readonly context: ConnectorContext;
  readonly stream: QuickBooksStream;
  readonly plan: StreamPlan;
  readonly totals: Totals;
  /** Version by id of what was emitted near the cursor. */
  readonly recent: Map<string, string>;
  /** Ids that exist, as far as this and earlier reads know. */
  readonly ids: Set<string>;
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
    ids: new Set(),
    inactive: false,
    complaints: 0,
  };
  if (stream.name === "company_info") return yield* readCompany(job);
  if (plan.pokes !== undefined) return yield* readPoked(job, plan.pokes);
  if (plan.window !== undefined) return yield* readWindow(job, plan.window);
  const state = parseState(plan.state);
  return state?.filled === true ? yield* readChanges(job, state) : yield* readAll(job, state);
}

/** The vendor's clock at its last answer. Cursors follow it, never ours, which only stands in where no answer has one. */
function vendorTime(job: Job): number {
  return job.client.vendorNow() ?? job.context.clock.now();
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

/** The objects that a webhook named, as they are now. */
async function* readPoked(job: Job, pokes: readonly Poke[]): StreamReader {
  for (let at = 0; at < pokes.length; at += POKES) {
    const some = pokes.slice(at, at + POKES);
    const rows = await byId(
      job,
      some.map(({ id }) => id),
    );
    const found = new Set(rows.map(idOf));
    for (const row of rows) {
      const message = take(job, row);
      if (message === null) continue;
      yield message;
      yield* complaint(job, row);
    }
    for (const { id, gone, at: time } of some) {
      // Only the vendor's own word deletes: an object that does not come may be hidden for another reason.
      if (gone && !found.has(id))
        yield deletion(job.stream.name, id, { observedAt: time, version: `deleted ${time}`, cursor: time });
    }
  }
  return { snapshot: false, outcome: "complete" };
}

async function* readWindow(job: Job, window: { readonly from: string; readonly to: string }): StreamReader {
  const to = window.to.length === 10 ? `${window.to}T23:59:59Z` : window.to;
  yield* pages(job, Date.parse(window.from), Date.parse(to));
  return finish(job, false);
}

/** First read, or the rest of one that was broken off: pages by time, each with its checkpoint. */
async function* readAll(job: Job, before: QuickBooksState | null): StreamReader {
  let started: number | null = null;
  let newest = before === null ? null : Date.parse(before.cursor);
  for (const [id, key] of Object.entries(before?.recent ?? {})) job.recent.set(id, key);
  for (const id of unpackIds(before?.ids)) job.ids.add(id);
  const stateAt = (cursor: number, filled: boolean, lookBack: number): QuickBooksState => {
    const at = new Date(started ?? vendorTime(job)).toISOString();
    // A read that was broken off goes on from the deletes that it knew when it began.
    const base = { changesSince: before?.changesSince ?? at, sweptAt: before?.sweptAt ?? at, stubs: {} };
    return nextState({ ...base, filled, ids: packIds(job.ids) }, cursor, job.recent, lookBack);
  };
  for await (const step of pages(job, newest, null)) {
    yield step;
    if (step.type !== "progress") continue;
    started ??= vendorTime(job);
    newest = cursorOf(job, newest);
    yield checkpoint(job.stream.name, stateAt(Math.min(newest ?? started, started), false, 0));
  }
  // Deletes since the start of the first read come by change data capture, next time; absence says it all now.
  const now = started ?? vendorTime(job);
  yield checkpoint(job.stream.name, stateAt(Math.max(now - HOLD_BACK_MS, 0), true, LOOK_BACK_MS));
  return finish(job, before === null);
}

/** Everything again, so that absence means deletion. The state moves only at the end: a broken sweep starts over. */
async function* sweep(read: Job, before: QuickBooksState): StreamReader {
  const job: Job = { ...read, totals: createTotals(), recent: new Map(), ids: new Set() };
  const now = vendorTime(job);
  yield* pages(job, null, null);
  const at = new Date(now).toISOString();
  const known = unpackIds(before.ids);
  const gone = [...known].filter((id) => !job.ids.has(id)).sort();
  // An empty answer where there were records is never taken for "all deleted", however few there were.
  const emptied = job.ids.size === 0 && gone.length > 0;
  const held = emptied || (gone.length >= GUARD_MIN && gone.length > known.size * GUARD_SHARE);
  if (held) {
    const message = `${gone.length} of ${known.size} records did not come any more; nothing was deleted.`;
    yield notice(job.stream.name, emptied ? "stream_emptied" : "volume_drop", "warning", message);
    for (const id of gone) job.ids.add(id);
  }
  for (const id of held ? [] : gone) {
    yield deletion(job.stream.name, id, { observedAt: at, version: `gone ${at}`, cursor: at });
  }
  const base = { changesSince: at, sweptAt: at, filled: true, stubs: before.stubs, ids: packIds(job.ids) };
  yield checkpoint(job.stream.name, nextState(base, Math.max(now - HOLD_BACK_MS, 0), job.recent, LOOK_BACK_MS));
  return finish(job, !held);
}

/** What changed since the cursor, then what was deleted. */
async function* readChanges(job: Job, before: QuickBooksState): StreamReader {
  const cursorBefore = Date.parse(before.cursor);
  const from = cursorBefore - LOOK_BACK_MS;
  let now: number | null = null;
  for (const [id, key] of Object.entries(before.recent)) job.recent.set(id, key);
  for (const id of unpackIds(before.ids)) job.ids.add(id);
  const idsNow = (): string | undefined => (before.ids === undefined ? undefined : packIds(job.ids));
  for await (const step of pages(job, from, null)) {
    yield step;
    if (step.type !== "progress") continue;
    now ??= vendorTime(job);
    if (isStale(before, now)) return yield* sweep(job, before);
    const reached = Math.min(cursorOf(job, from) ?? from, now - HOLD_BACK_MS);
    const cursor = Math.max(cursorBefore, reached);
    yield checkpoint(job.stream.name, nextState({ ...before, ids: idsNow() }, cursor, job.recent, LOOK_BACK_MS));
  }
  const at = now ?? vendorTime(job);
  const changes = await job.client.changes(
    job.stream.entity,
    vendorTimeText(Date.parse(before.changesSince) - LOOK_BACK_MS),
  );
  // A full answer is a cut one: only reading everything tells what is gone.
  if (changes.truncated) return yield* sweep(job, before);
  const stubs: Record<string, string> = {};
  const bare: unknown[] = [];
  for (const row of changes.rows) {
    const id = idOf(row);
    if (id === null) continue;
    if (!isDeleted(row)) {
      if (isBare(row)) bare.push(row);
      else yield* changed(job, row);
      continue;
    }
    const stamp = new Date(changedAt(row) ?? at).toISOString();
    stubs[id] = stamp;
    job.ids.delete(id);
    if (before.stubs[id] === stamp) continue;
    yield deletion(job.stream.name, id, { observedAt: stamp, version: `deleted ${stamp}`, raw: row, cursor: stamp });
  }
  yield* wholeOf(job, bare);
  const base = { ...before, changesSince: new Date(at).toISOString(), stubs, ids: idsNow() };
  yield checkpoint(
    job.stream.name,
    nextState(base, Math.max(cursorBefore, at - HOLD_BACK_MS), job.recent, LOOK_BACK_MS),
  );
  return finish(job, false);
}

/** Change data capture forgets silently, and increments can miss things: by the vendor's clock. */
function isStale(before: QuickBooksState, now: number): boolean {
  return now - Date.parse(before.changesSince) > CDC_MAX_AGE_MS || now - Date.parse(before.sweptAt) > SWEEP_EVERY_MS;
}

function isDeleted(row: unknown): boolean {
  return (row as { status?: unknown }).status === "Deleted";
}

/** True for an object of which change data capture gives the id and hardly more. */
function isBare(row: unknown): boolean {
  return Object.keys(row as object).filter((name) => !/^(Id|domain|sparse|status|MetaData)$/.test(name)).length < 2;
}

/** An object that only change data capture showed, a void for instance. */
function* changed(job: Job, row: unknown): Generator<ConnectorMessage, void, void> {
  const message = take(job, row);
  if (message === null) return;
  yield message;
  yield* complaint(job, row);
}

/** Bare objects are asked for by id: taken as they stand they would wipe out the whole. One that does not come stays bare. */
async function* wholeOf(job: Job, bare: readonly unknown[]): AsyncGenerator<ConnectorMessage, void, void> {
  for (let at = 0; at < bare.length; at += POKES) {
    const some = bare.slice(at, at + POKES);
    const found = new Set<string | null>();
    const ids = some.flatMap((row) => idOf(row) ?? []);
    for (const row of await byId(job, ids)) {
      const id = idOf(row);
      if (id === null || !ids.includes(id)) continue;
      found.add(id);
      yield* changed(job, row);
    }
    for (const row of some) if (!found.has(idOf(row))) yield* changed(job, row);
  }
}

async function byId(job: Job, ids: readonly string[]): Promise<readonly unknown[]> {
  const list = ids.map((id) => `'${id.replace(/[^\w-]/g, "")}'`).join(", ");
  const active = job.stream.hasActive ? " AND Active IN (true, false)" : "";
  const text = `SELECT * FROM ${job.stream.entity} WHERE Id IN (${list})${active} MAXRESULTS ${PAGE}`;
  return (await job.client.query(job.stream.entity, text)).rows;
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
  const seek = { lower: from, offset: 1, first: null as string | null, ordered: true };
  let done = 0;
  for (;;) {
    const { rows } = await job.client.query(job.stream.entity, statement(job.stream, seek.lower, to, seek.offset));
    let fresh = 0;
    const inPage = new Map<string, string>();
    for (const row of rows) {
      const message = take(job, row) ?? another(job, row, inPage);
      if (message === null) continue;
      inPage.set(message.id, contentHash(row));
      fresh += 1;
      yield message;
      yield* complaint(job, row);
    }
    done += fresh;
    if (job.inactive) yield* inactiveNotice(job);
    yield { type: "progress", stream: job.stream.name, done };
    if (!nextPage(seek, rows, fresh)) return;
    // Bounded memory: only what can come again is remembered.
    if (seek.ordered) forget(job, seek.lower);
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
  job.ids.add(id);
  if (job.recent.get(id) === key) return null;
  job.recent.set(id, key);
  if ((row as { Active?: unknown }).Active === false) job.inactive = true;
  return record(job, id, row);
}

/** One answer that holds an id twice with other content contradicts itself: both are handed on. */
function another(job: Job, row: unknown, inPage: Map<string, string>): RecordMessage | null {
  const before = inPage.get(idOf(row) ?? "");
  if (before === undefined) return null;
  const hash = contentHash(row);
  if (before === hash) return null;
  const message = record(job, idOf(row) ?? "", row);
  return { ...message, version: `${message.version} ${hash.slice(0, 8)}` };
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
