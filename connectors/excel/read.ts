import type { C360Error, ConnectorContext, ConnectorMessage, StreamPlan } from "#core";
import { checkpoint, deletion, knownStream, notice, observed, throwIfAborted, upsert } from "../define.ts";
import type { Messages, StreamReader } from "../define.ts";
import { findTable, tableBlocks } from "../table/detect.ts";
import type { Table } from "../table/detect.ts";
import { driftMessages } from "../table/headers.ts";
import { createNamer, createSurvey } from "../table/rows.ts";
import type { Survey, SurveyDraft } from "../table/rows.ts";
import { delimitedCounts } from "./delimited.ts";
import type { TextForm } from "./delimited.ts";
import { openSheets } from "./scan.ts";
import type { ScannedFile } from "./scan.ts";
import { verdictOf } from "./limits.ts";
import { MAX_IDS, packIds, parseState, unpackIds } from "./state.ts";
import type { ExcelState } from "./state.ts";

interface Job {
  readonly context: ConnectorContext;
  readonly plan: StreamPlan;
  /** Files that hold this stream's table, oldest first. */
  readonly files: readonly ScannedFile[];
  readonly account: string;
}

/** Reads one table's stream from the files that hold it. */
export async function* readTable(
  scanned: readonly ScannedFile[],
  account: string,
  context: ConnectorContext,
  plan: StreamPlan,
): StreamReader {
  const broken = scanned.find((file) => file.ownStream === plan.stream && file.error !== null);
  if (broken?.error !== undefined && broken.error !== null) throw broken.error;
  const files = scanned
    .filter((file) => file.tables.some((table) => table.stream === plan.stream))
    .sort((a, b) => a.mtime - b.mtime || (a.name < b.name ? -1 : 1));
  const job: Job = { context, plan, files, account };
  const load = plan.table?.load ?? "snapshot";
  const idColumn = plan.table?.id ?? null;
  const before = parseState(plan.state, idColumn, load);
  const newest = files.at(-1);
  if (newest === undefined) {
    // Files are tidied away all the time: that says nothing about the customers in them.
    yield notice(plan.stream, "not_modified", "info", "No file holds this table any more; nothing was deleted.");
    return { snapshot: false, outcome: "complete" };
  }
  yield* aboutColumns(job, newest);
  const empty: ExcelState = { v: 1, idColumn, load, files: {} };
  return load === "snapshot" ? yield* readNewest(job, newest, before ?? empty) : yield* readEvery(job, before ?? empty);
}

async function* aboutColumns(job: Job, newest: ScannedFile): AsyncGenerator<ConnectorMessage, void, void> {
  const known = await knownStream(job.context, job.account, job.plan.stream);
  const headers = newest.tables.filter((table) => table.stream === job.plan.stream).at(-1)?.headers ?? [];
  if (known !== null) yield* driftMessages(job.plan.stream, known.columns, headers);
  for (const file of job.files) {
    for (const sheet of file.hiddenSheets) {
      yield notice(job.plan.stream, "sheet_hidden", "info", "A hidden sheet was left out.", `${file.name}: ${sheet}`);
    }
  }
}

/** The newest file is the truth: what it lacks is gone. */
async function* readNewest(job: Job, newest: ScannedFile, before: ExcelState): StreamReader {
  const { stream } = job.plan;
  const known = before.files[newest.name];
  const same = Object.values(before.files).some((file) => file.sha256 === newest.sha256);
  if (same) {
    yield notice(stream, "file_same", "info", "The same file was read before.", newest.name);
    return { snapshot: false, outcome: "complete" };
  }
  if (known !== undefined)
    yield notice(stream, "file_corrected", "info", "A file was read before with other content.", newest.name);
  const read = yield* readFile(job, newest, false);
  if (read.rows === 0) yield notice(stream, "stream_emptied", "warning", "The table has no rows now.", newest.name);
  yield checkpoint(stream, { ...before, files: { [newest.name]: { sha256: newest.sha256, ids: null } } });
  return { snapshot: true };
}

/** Every file adds. A corrected file takes back what vanished from it, unless another file has it too. */
async function* readEvery(job: Job, before: ExcelState): StreamReader {
  const { stream } = job.plan;
  let state = before;
  let failure: C360Error | null = null;
  let worked = 0;
  for (const file of job.files) {
    const same = Object.values(state.files).some((known) => known.sha256 === file.sha256);
    if (same) {
      worked += 1;
      yield notice(stream, "file_same", "info", "The same file was read before.", file.name);
      continue;
    }
    const known = state.files[file.name];
    if (known !== undefined)
      yield notice(stream, "file_corrected", "info", "A file was read before with other content.", file.name);
    try {
      const { rows, ids } = yield* readFile(job, file, true);
      // A file that was emptied takes nothing back: that is a slip more often than a correction.
      const emptied = rows === 0 && known !== undefined && known.ids !== null;
      if (emptied) yield notice(stream, "stream_emptied", "warning", "The table has no rows now.", file.name);
      else if (known !== undefined && ids !== null)
        yield* vanished(job, file, unpackIds(known.ids), new Set(ids), state);
      const packed = emptied ? known.ids : ids === null ? null : packIds(ids);
      state = { ...state, files: { ...state.files, [file.name]: { sha256: file.sha256, ids: packed } } };
      worked += 1;
      yield checkpoint(stream, state);
    } catch (error) {
      if (verdictOf(error) === null) throw error;
      failure = error as C360Error;
    }
  }
  if (failure === null) return { snapshot: false, outcome: "complete" };
  if (worked === 0) throw failure;
  return { snapshot: false, outcome: "partial", error: failure };
}

function* vanished(
  job: Job,
  file: ScannedFile,
  old: readonly string[],
  now: ReadonlySet<string>,
  state: ExcelState,
): Generator<ConnectorMessage, void, void> {
  const gone = old.filter((id) => !now.has(id));
  if (gone.length === 0) return;
  const elsewhere = new Set(
    Object.entries(state.files).flatMap(([name, known]) => (name === file.name ? [] : [...unpackIds(known.ids)])),
  );
  for (const id of gone) {
    if (elsewhere.has(id)) continue;
    const version = `gone ${file.sha256.slice(0, 12)}`;
    yield deletion(job.plan.stream, id, { observedAt: observed(job.context.clock), version });
  }
}

/**
 * Emits every row of the stream's tables in one file, after a first pass has shown that the whole file can be read.
 * Returns how many there were, and their ids where they are to be kept and are not too many.
 */
async function* readFile(
  job: Job,
  file: ScannedFile,
  keepIds: boolean,
): AsyncGenerator<Messages, { readonly rows: number; readonly ids: readonly string[] | null }, void> {
  const { stream } = job.plan;
  const survey = await surveyFile(job, file);
  const name = createNamer(job.plan.table, survey, { delimited: file.form !== null });
  const observedAt = observed(job.context.clock);
  const ids: string[] | null = keepIds && survey.rows <= MAX_IDS ? [] : null;
  let done = 0;
  for await (const { table, sheet } of tablesOf(job, file)) {
    const from = { file: file.name, fileSha256: file.sha256, ...(sheet === null ? {} : { sheet }) };
    for await (const block of tableBlocks(table)) {
      const messages: ConnectorMessage[] = [];
      for (const row of block) {
        const named = name(table, row);
        if (named === null) continue;
        done += 1;
        ids?.push(named.id);
        const provenance = { ...from, row: named.row };
        messages.push(upsert(stream, named.id, named.raw, { observedAt, version: named.version, provenance }));
        if (done % 5000 === 0) messages.push({ type: "progress", stream, done, total: survey.rows });
      }
      yield messages;
    }
  }
  return { rows: done, ids };
}

async function surveyFile(job: Job, file: ScannedFile): Promise<Survey> {
  const draft = createSurvey(job.plan.table);
  if (file.form !== null && job.plan.table?.id === undefined) return surveyText(job, file, file.form, draft);
  for await (const { table } of tablesOf(job, file)) {
    for await (const block of tableBlocks(table)) {
      for (const row of block) draft.add(table, row);
      throwIfAborted(job.context.signal);
    }
  }
  if (!draft.needsAgain()) return draft.done();
  for await (const { table } of tablesOf(job, file)) {
    for await (const block of tableBlocks(table)) for (const row of block) draft.addAgain(table, row);
  }
  return draft.done();
}

/** The survey of a text file whose rows have no id column: its first rows are looked at, and all of them counted. */
async function surveyText(job: Job, file: ScannedFile, form: TextForm, draft: SurveyDraft): Promise<Survey> {
  for await (const { table } of tablesOf(job, file)) {
    for await (const block of tableBlocks(table)) if (!block.every((row) => draft.learn(row))) break;
    let row = 0;
    for await (const counts of delimitedCounts(file.path, file.name, form)) {
      for (const cells of counts) {
        row += 1;
        if (row > table.headerRow && cells > 0) draft.count(table, cells);
      }
      throwIfAborted(job.context.signal);
    }
  }
  return draft.done();
}

/** The stream's tables in a file: several sheets can hold one. */
async function* tablesOf(
  job: Job,
  file: ScannedFile,
): AsyncGenerator<{ readonly table: Table; readonly sheet: string | null }, void, void> {
  const own = file.tables.filter(({ stream }) => stream === job.plan.stream);
  for await (const { sheet, side, hidden, rows } of openSheets(file, file)) {
    if (hidden || !own.some((found) => found.sheet === sheet && found.side === side)) continue;
    const table = await findTable(rows);
    if (table !== null) yield { table, sheet };
  }
}
