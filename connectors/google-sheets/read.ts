import { C360Error } from "#core";
import type { ConnectorContext, ConnectorMessage, StreamPlan } from "#core";
import { z } from "zod";
import { checkpoint, knownStream, notice, observed, upsert } from "../define.ts";
import type { StreamReader } from "../define.ts";
import type { Table } from "../table/detect.ts";
import { driftMessages, normalHeader, SAME_TABLE } from "../table/headers.ts";
import { createNamer, createSurvey } from "../table/rows.ts";
import type { SheetRow } from "../table/cells.ts";
import type { DriveFile, Tab } from "./answers.ts";
import type { SheetsClient } from "./client.ts";
import { tabRows } from "./grid.ts";
import { tabTable } from "./headless.ts";

const stateSchema = z.object({
  v: z.literal(1),
  /** Drive's modified time and version when the tab was read. */
  marker: z.string(),
  idColumn: z.string().nullable(),
  rows: z.number(),
});

/** What the streams of one spreadsheet share within a run: asked once. */
export interface Book {
  readonly file: () => Promise<DriveFile | null>;
  readonly tabs: () => Promise<readonly Tab[]>;
}

/** The stream of a tab: by its gid, which survives renaming. */
export function tabStream(tab: Tab): string {
  return `tab_${tab.sheetId}`;
}

/** Reads one tab. */
export async function* readTab(
  client: SheetsClient,
  book: Book,
  account: string,
  context: ConnectorContext,
  plan: StreamPlan,
): StreamReader {
  // Asked before the cells: what changes in between is seen next time.
  const file = await book.file();
  if (file?.trashed === true)
    throw new C360Error("VENDOR_NOT_FOUND", {
      vendor: "Google Sheets",
      subject: "such spreadsheet (it is in the bin)",
    });
  const marker = file === null ? "" : `${file.modifiedTime} ${file.version ?? ""}`.trim();
  const idColumn = plan.table?.id ?? null;
  const before = stateSchema.safeParse(plan.state);
  if (before.success && isSame(before.data, marker, idColumn)) {
    yield notice(plan.stream, "not_modified", "info", "The spreadsheet did not change since the last read.");
    return { snapshot: false, outcome: "complete" };
  }
  const tab = await tabNamed(book, plan.stream);
  const known = await knownStream(context, account, plan.stream);
  const found = await tabTable(() => tabRows(client, tab));
  const state = (rows: number): ConnectorMessage => checkpoint(plan.stream, { v: 1, marker, idColumn, rows });
  if (found === null) {
    if (known !== null || before.success)
      yield notice(plan.stream, "stream_emptied", "warning", "The tab has neither header nor rows now.", tab.title);
    yield state(0);
    return { snapshot: true, ...(known === null ? {} : { outcome: "complete" as const }) };
  }
  const { table, headless } = found;
  if (headless) yield notice(plan.stream, "mapping_guessed", "warning", "No row looks like a header.", tab.title);
  const headers = table.columns.map(({ header }) => header);
  if (known !== null && known.columns.length > 0) {
    refuseOther(known.columns, headers, tab);
    yield* driftMessages(plan.stream, known.columns, headers);
  }
  const rows = yield* emitRows(table, tab, context, plan);
  if (rows === 0)
    yield notice(plan.stream, "stream_emptied", "warning", "The tab has a header and no rows now.", tab.title);
  yield state(rows);
  return { snapshot: true, ...(before.success || known !== null ? { outcome: "complete" as const } : {}) };
}

function isSame(before: z.infer<typeof stateSchema>, marker: string, idColumn: string | null): boolean {
  return marker !== "" && before.marker === marker && before.idColumn === idColumn;
}

async function tabNamed(book: Book, stream: string): Promise<Tab> {
  const found = (await book.tabs()).find((candidate) => tabStream(candidate) === stream);
  if (found !== undefined) return found;
  const subject = stream.startsWith("tab_") ? `tab with the number ${stream.slice(4)}` : "such tab";
  throw new C360Error("VENDOR_NOT_FOUND", { vendor: "Google Sheets", subject });
}

/** A header row that changed beyond recognition stops this tab and keeps its data: somebody has to look. */
function refuseOther(before: readonly string[], after: readonly string[], tab: Tab): void {
  const now = new Set(after.map(normalHeader));
  const kept = before.filter((header) => now.has(normalHeader(header))).length;
  if (kept >= before.length * SAME_TABLE) return;
  throw new C360Error("VENDOR_SCHEMA", {
    vendor: "Google Sheets",
    reason: `the header row of the tab ${tab.title} is another one`,
  });
}

async function* emitRows(
  table: Table,
  tab: Tab,
  context: ConnectorContext,
  plan: StreamPlan,
): AsyncGenerator<ConnectorMessage, number, void> {
  // A tab is at most ten million cells; ids can only be given once all rows are known.
  const rows: SheetRow[] = [];
  const draft = createSurvey(plan.table);
  for await (const row of table.rows()) {
    rows.push(row);
    draft.add(table, row);
  }
  if (draft.needsAgain()) for (const row of rows) draft.addAgain(table, row);
  const survey = draft.done();
  const name = createNamer(plan.table, survey, { delimited: false });
  const observedAt = observed(context.clock);
  let done = 0;
  for (const row of rows) {
    const named = name(table, row);
    if (named === null) continue;
    done += 1;
    yield upsert(plan.stream, named.id, named.raw, {
      observedAt,
      version: named.version,
      provenance: { sheet: tab.title, row: named.row },
    });
    if (done % 5000 === 0) yield { type: "progress", stream: plan.stream, done, total: survey.rows };
  }
  return done;
}
