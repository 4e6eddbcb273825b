import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { z } from "zod";
import { C360Error, toC360Error } from "#core";
import { retryQuarantine } from "#pipelines";
import { listQuarantine, showQuarantine } from "#warehouse";
import type { QuarantineRow } from "#warehouse";
import type { CommandInput } from "../command.ts";
import { takeRunLock } from "../lock.ts";
import { formatTable } from "../output.ts";
import { openLog, openStores } from "../runtime.ts";
import type { Stores } from "../runtime.ts";
import { reasonMeaning } from "../summary.ts";
import { openWorkspace } from "../workspace.ts";
import type { Workspace } from "../workspace.ts";

const mendedSchema = z.object({ id: z.number().int(), raw: z.unknown() });

/** `c360 quarantine`: list, show, retry, export. */
export async function run(input: CommandInput): Promise<number> {
  const workspace = await openWorkspace(input);
  const [action = "", ...ids] = input.args;
  const stores = await openStores(workspace);
  try {
    switch (action) {
      case "list":
        return await list(workspace, stores, input);
      case "show":
        return await show(workspace, stores, ids);
      case "export":
        return await exportRows(workspace, stores, input);
      case "retry":
        return await retry(workspace, stores, input, ids);
      default:
        throw new C360Error("USAGE", {
          problem: "quarantine takes list, show, retry or export.",
          command: "quarantine",
        });
    }
  } finally {
    await stores.close();
  }
}

function selected(stores: Stores, input: CommandInput): Promise<readonly QuarantineRow[]> {
  const { reason, source } = input.options;
  return listQuarantine(stores.db, {
    ...(typeof reason === "string" ? { reason } : {}),
    ...(typeof source === "string" ? { source } : {}),
  });
}

async function list(workspace: Workspace, stores: Stores, input: CommandInput): Promise<number> {
  const rows = await selected(stores, input);
  const { out } = workspace;
  const table = rows.map((row) => [String(row.id), row.source, place(row), row.reason, row.detail]);
  for (const line of formatTable([["id", "source", "where", "reason", "what is wrong"], ...table], out.width))
    out.line(line);
  out.line(`${rows.length} rows wait. c360 quarantine show ID shows one whole.`);
  out.result(rows.map(({ raw: _raw, ...row }) => row));
  return 0;
}

function place(row: QuarantineRow): string {
  const spot = [row.file, row.sheet, row.row_number === null ? null : `row ${row.row_number}`].filter(
    (part) => part !== null,
  );
  return spot.length > 0 ? spot.join(", ") : `${row.stream} ${row.source_id}`;
}

async function show(workspace: Workspace, stores: Stores, ids: readonly string[]): Promise<number> {
  for (const id of ids.length > 0 ? ids : ["?"]) {
    const row = await showQuarantine(stores.db, rowId(id));
    if (row === null) throw new C360Error("QUARANTINE_UNKNOWN", { id });
    const { out } = workspace;
    out.line(out.bold(`${row.id}: ${row.reason}`));
    out.line(`  ${reasonMeaning(row.reason)} ${row.detail}`);
    out.line(`  ${row.source} ${row.account}, ${place(row)}`);
    out.line(JSON.stringify(row.raw, null, 2));
    out.result(row);
  }
  return 0;
}

async function exportRows(workspace: Workspace, stores: Stores, input: CommandInput): Promise<number> {
  const file = typeof input.options["out"] === "string" ? resolve(input.options["out"]) : null;
  if (file === null)
    throw new C360Error("USAGE", { problem: "Say where to write with --out FILE.", command: "quarantine" });
  const rows = await selected(stores, input);
  const text = rows.map((row) =>
    JSON.stringify({ id: row.id, reason: row.reason, detail: row.detail, where: place(row), raw: row.raw }),
  );
  if (input.options["dryRun"] !== true) {
    // Personal data: for the eyes of the user who asked.
    await writeFile(file, text.map((line) => `${line}\n`).join(""), { mode: 0o600 }).catch((error: unknown) => {
      throw toC360Error(error, file);
    });
  }
  workspace.out.line(`${rows.length} rows to ${file}. Mend "raw" there, then: c360 quarantine retry --file ${file}`);
  workspace.out.result({ file, rows: rows.length });
  return 0;
}

async function retry(
  workspace: Workspace,
  stores: Stores,
  input: CommandInput,
  ids: readonly string[],
): Promise<number> {
  const replacements =
    typeof input.options["file"] === "string"
      ? await mendedRows(resolve(input.options["file"]))
      : new Map<number, unknown>();
  const wanted = ids.length > 0 ? ids.map(rowId) : [...replacements.keys()];
  if (wanted.length === 0)
    throw new C360Error("USAGE", { problem: "Name the rows to try again, or --file FILE.", command: "quarantine" });
  for (const id of wanted) {
    if ((await showQuarantine(stores.db, id)) === null) throw new C360Error("QUARANTINE_UNKNOWN", { id });
  }
  if (input.options["dryRun"] === true) {
    workspace.out.line(`Would try ${wanted.length} rows again.`);
    workspace.out.result({ rows: wanted.length, dry_run: true });
    return 0;
  }
  const release = await takeRunLock(workspace.paths.state, workspace.clock);
  try {
    const log = await openLog(workspace, stores.db);
    try {
      const plain = wanted.filter((id) => !replacements.has(id));
      if (plain.length > 0) await retryQuarantine(stores.db, log, plain);
      for (const id of wanted.filter((one) => replacements.has(one))) {
        await retryQuarantine(stores.db, log, [id], { replacement: replacements.get(id) });
      }
    } finally {
      await log.close();
    }
  } finally {
    await release();
  }
  workspace.out.line(
    `${wanted.length} rows are on their way; the next c360 nightly takes them in as if they had always been good.`,
  );
  workspace.out.result({ rows: wanted.length });
  return 0;
}

async function mendedRows(file: string): Promise<Map<number, unknown>> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw new C360Error("FILE_MISSING", { file });
    throw toC360Error(error, file);
  });
  const rows = new Map<number, unknown>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    try {
      const row = mendedSchema.parse(JSON.parse(line));
      rows.set(row.id, row.raw);
    } catch (error) {
      throw new C360Error(
        "USAGE",
        { problem: `Line ${index + 1} of ${file} is not an exported row.`, command: "quarantine" },
        { cause: error },
      );
    }
  }
  return rows;
}

function rowId(text: string): number {
  const id = Number(text);
  if (Number.isInteger(id) && id > 0) return id;
  throw new C360Error("QUARANTINE_UNKNOWN", { id: text });
}
