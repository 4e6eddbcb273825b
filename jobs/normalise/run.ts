import { C360Error } from "#core";
import type { CommandInput } from "../command.ts";
import { readTableFile, writeTableFile } from "../table-files.ts";
import type { TableCell, TableFile } from "../table-files.ts";
import { commandOutput, loadCountryPack, namedCountry } from "../workspace.ts";
import { NORMALISERS } from "./columns.ts";
import type { NormaliseKind } from "./columns.ts";

/**
 * Puts one column of a table file into one form: the file's columns as they came, then those that the kind gives. Programs read
 * the new columns by their names: a column of the file with such a name is called `<name>_original`. Throws USAGE and a
 * FILE_* error.
 */
export async function runNormalise(input: CommandInput, kind: NormaliseKind): Promise<number> {
  const command = `normalise ${kind}`;
  const usage = (problem: string): C360Error => new C360Error("USAGE", { problem, command });
  const [file] = input.args;
  const { column: wanted, country, out: target } = input.options;
  if (file === undefined) throw usage("Name the file.");
  if (typeof wanted !== "string") throw usage("Name the column with --column.");
  if (typeof target !== "string") throw usage("Name the file to write with --out.");
  const pack = await loadCountryPack(await namedCountry(typeof country === "string" ? country : "JM", command));
  const table = await readTableFile(file, { text: true });
  const at = columnIndex(table, wanted);
  if (at < 0) throw usage(`${table.file} has no column ${wanted}; it has: ${table.names.join(", ")}.`);
  const values = (table.columns[at] ?? []).map((cell) => (cell === null ? "" : String(cell)));
  const made = NORMALISERS[kind](values, pack);
  const kept = table.names.map((name) => (made.names.includes(name) ? `${name}_original` : name));
  await writeTableFile(target, [...kept, ...made.names], joined(table, made.rows));
  const out = commandOutput(input);
  for (const notice of table.notices) out.line(notice);
  const noted = made.rows.filter((row) => row.at(-1) !== null).length;
  out.line(`${table.rows} rows written to ${target}; ${noted} have a note.`);
  out.result({ file: table.file, column: table.names[at] ?? wanted, rows: table.rows, noted, out: target });
  return 0;
}

/** The column of that name; where none is spelled so, the only one that differs in case and blanks. */
function columnIndex(table: TableFile, wanted: string): number {
  const exact = table.names.indexOf(wanted);
  if (exact >= 0) return exact;
  const plain = (text: string): string => text.trim().toLowerCase();
  const found = table.names.flatMap((name, index) => (plain(name) === plain(wanted) ? [index] : []));
  return found.length === 1 ? (found[0] ?? -1) : -1;
}

function* joined(table: TableFile, made: readonly (readonly TableCell[])[]): Generator<readonly TableCell[]> {
  for (let row = 0; row < table.rows; row += 1) {
    yield [...table.columns.map((column) => column[row] ?? null), ...(made[row] ?? [])];
  }
}
