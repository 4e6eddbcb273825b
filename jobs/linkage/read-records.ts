import { basename, extname } from "node:path";
import { parse, stringify } from "yaml";
import type { core } from "zod";
import { C360Error } from "#core";
import type { CountryPack } from "#core";
import { choosePack, fieldMapSchema, guessFieldMap, lexiconOf, mergePacks } from "#identity";
import type { FieldMap, Lexicon, LinkRecord, Prepared, RecordTable } from "#identity";
import { readNamedText } from "../named-files.ts";
import { readTableFile } from "../table-files.ts";
import type { TableFile } from "../table-files.ts";
import { loadPacks } from "./packs.ts";
import { buildInThreads } from "./row-threads.ts";
import type { ThreadTeam } from "./thread-team.ts";

const SAMPLE_ROWS = 200;

/** Records of one or more files, and how they were read. */
export interface RecordFiles {
  readonly records: readonly LinkRecord[];
  /** Records that are prepared for linkage already, by position; null where one is not. */
  readonly prepared: readonly (Prepared | null)[];
  readonly map: FieldMap;
  /** True where no map was given. */
  readonly guessed: boolean;
  readonly pack: CountryPack;
  readonly notices: readonly string[];
}

/** What to read, and how. */
export interface ReadOptions {
  readonly files: readonly string[];
  /** MAP.yaml; without it the map is guessed. */
  readonly fields?: string;
  readonly country?: string;
  /** Threads that long files are read in beside this one. */
  readonly team?: ThreadTeam;
  /** Words of the settings that the records will be linked by; those of the pack where absent. */
  readonly lexicon?: Lexicon;
  /** Command named in errors. */
  readonly command: string;
}

/**
 * Reads records for linkage from files by a field map, or by a guess. Every row becomes a record. Throws FILE_* for what
 * cannot be read and USAGE for a map that does not fit or ids that stand more than once.
 */
export async function readRecordFiles(options: ReadOptions): Promise<RecordFiles> {
  const { files, command } = options;
  const problem = (text: string): C360Error => new C360Error("USAGE", { problem: text, command });
  if (files.length === 0) throw problem("Name a file to read.");
  const read: TableFile[] = [];
  for (const file of files) read.push(await readTableFile(file, { text: true }));
  read.forEach(refuseBinary);
  const packs = await loadPacks(options.country, command);
  const guess = options.fields === undefined ? guessMap(read, packs[0]) : null;
  const map = guess?.map ?? (await readFieldMap(options.fields ?? "", command));
  checkColumns(map, read, command);
  const long: string[] = [];
  const tables = read.map((table) => asTable(table, map, long));
  const base = options.country === undefined ? choosePack(tables, map, packs) : packs[0];
  const pack = mergePacks([base, ...packs.filter(({ country }) => country !== base.country)]);
  const { ids, notices } = recordIds(map, read, problem);
  const rows = { map, pack, ids };
  return {
    ...(await buildInThreads(tables, rows, options.team ?? null, options.lexicon ?? lexiconOf(pack))),
    map,
    guessed: guess !== null,
    pack,
    notices: [...read.flatMap((table) => table.notices), ...(guess?.notes ?? []), ...long, ...notices],
  };
}

/** Characters of a cell that are read: nobody's name, address or list of numbers is longer, and what is was put there by mistake. */
const MOST_CHARACTERS = 1000;

function asTable(table: TableFile, map: FieldMap, notices: string[]): RecordTable {
  const columns = table.columns as readonly (readonly (string | null)[])[];
  return {
    source: basename(table.file, extname(table.file)),
    names: table.names,
    columns: columns.map((cells, at) => {
      const name = table.names[at] ?? "";
      const isUsed = name === map.source || map.fields[name] !== undefined;
      const long = isUsed ? cells.filter((cell) => (cell?.length ?? 0) > MOST_CHARACTERS).length : 0;
      if (long === 0) return cells;
      notices.push(
        `${table.file}: ${long} cells of "${name}" are longer than ${MOST_CHARACTERS} characters; the rest of them is not compared`,
      );
      return cells.map((cell) => cell?.slice(0, MOST_CHARACTERS) ?? null);
    }),
    rows: table.rows,
  };
}

// Control characters in a header: a picture or a program with another ending, not a table.
function refuseBinary(table: TableFile): void {
  if (table.names.some((name) => name.length > 1000 || /[\p{Cc}\ufffd]/u.test(name)))
    throw new C360Error("FILE_CORRUPT", { file: table.file, reason: "its first row is no text" });
}

/** Reads and validates MAP.yaml. Throws FILE_MISSING, and USAGE that names every wrong line. */
async function readFieldMap(file: string, command: string): Promise<FieldMap> {
  const wrong = (problem: string): C360Error =>
    new C360Error("USAGE", { problem: `${basename(file)} is no field map: ${problem}`, command });
  const text = await readNamedText(file);
  let value: unknown;
  try {
    value = parse(text) ?? {};
  } catch (error) {
    throw wrong(error instanceof Error ? (error.message.split("\n")[0] ?? "not YAML") : "not YAML");
  }
  const result = fieldMapSchema.safeParse(value);
  if (result.success) return result.data;
  throw wrong([...new Set(result.error.issues.map(mapProblem))].join("; "));
}

// What is wrong with one line of a map, never the value itself.
function mapProblem(issue: core.$ZodIssue): string {
  const [part, column] = issue.path;
  if (part === "fields" && column === undefined) return "it needs fields: {COLUMN: KIND, ...}";
  if (part === "fields" && issue.code === "invalid_value")
    return `the column "${String(column)}" has a kind that does not exist (the kinds are ${issue.values.join(", ")})`;
  return `${issue.path.map(String).join(".") || "(top)"}: ${issue.message}`;
}

/** A field map as YAML, in the form that {@link readFieldMap} reads. */
export function fieldMapText(map: FieldMap): string {
  return stringify(map);
}

function guessMap(read: readonly TableFile[], pack: CountryPack): { map: FieldMap; notes: readonly string[] } {
  const [one] = read;
  const columns = one?.names ?? [];
  const rows = Math.min(SAMPLE_ROWS, one?.rows ?? 0);
  const step = Math.max(1, Math.floor((one?.rows ?? 0) / Math.max(1, rows)));
  const sample = Array.from({ length: rows }, (_row, at) =>
    columns.map((_name, column) => String(one?.columns[column]?.[at * step] ?? "").slice(0, MOST_CHARACTERS)),
  );
  return guessFieldMap({ title: one?.file ?? "", columns, sample, pack });
}

// Every column of the map must stand in some file, and the id in all of them: a spelling error must not pass as "ignored".
function checkColumns(map: FieldMap, read: readonly TableFile[], command: string): void {
  const all = new Set(read.flatMap(({ names }) => names));
  const absent = [map.source, ...Object.keys(map.fields)].filter((name) => name !== undefined && !all.has(name));
  const withoutId = map.id === undefined ? [] : read.filter(({ names }) => !names.includes(map.id ?? ""));
  if (absent.length === 0 && withoutId.length === 0) return;
  const wrong = [
    ...(absent.length === 0
      ? []
      : [`no file has the column ${absent.map((name) => `"${name ?? ""}"`).join(", ")} of the map`]),
    ...withoutId.map(({ file }) => `${file} has no id column "${map.id ?? ""}"`),
  ];
  const shown = [...all].slice(0, 40).map((name) => `"${name}"`);
  const there = `The columns are ${shown.join(", ")}${all.size > shown.length ? `, and ${all.size - shown.length} more` : ""}.`;
  throw new C360Error("USAGE", { problem: `${wrong.join("; ")}. ${there}`, command });
}

/**
 * Ids of all rows: the id column, or the row's number. Ids that stand in several files are told apart by the file's name;
 * ids that stand twice in one file are refused, since no output could tell the two rows apart.
 */
function recordIds(
  map: FieldMap,
  read: readonly TableFile[],
  problem: (text: string) => C360Error,
): { ids: readonly string[]; notices: readonly string[] } {
  const notices: string[] = [];
  const perFile = read.map((table) => fileIds(map, table, notices, problem));
  const all = perFile.flat();
  if (new Set(all).size === all.length) return { ids: all, notices };
  notices.push("ids stand in several files; they are written as FILE:ID");
  const ids = perFile.flatMap((list, at) => {
    const { file = "" } = read[at] ?? {};
    return list.map((id) => `${read.filter((one) => one.file === file).length > 1 ? `${at + 1}/` : ""}${file}:${id}`);
  });
  return { ids, notices };
}

function fileIds(map: FieldMap, table: TableFile, notices: string[], problem: (text: string) => C360Error): string[] {
  const column = map.id === undefined ? undefined : table.columns[table.names.indexOf(map.id)];
  if (column === undefined) {
    if (table.rows > 0) notices.push(`${table.file}: no column is the id; the rows are called by their number, from 1`);
    return Array.from({ length: table.rows }, (_row, at) => String(at + 1));
  }
  const firstRow = new Map<string, number>();
  const ids: string[] = [];
  let [blank, doubled, example] = [0, 0, ""];
  for (let row = 0; row < table.rows; row += 1) {
    const cell = column[row];
    const given = cell === null || cell === undefined ? "" : String(cell).trim();
    if (given === "") blank += 1;
    const id = given === "" ? `row-${row + 1}` : given;
    const before = firstRow.get(id);
    if (before === undefined) firstRow.set(id, row);
    else {
      doubled += 1;
      if (example === "") example = `rows ${before + 1} and ${row + 1}`;
    }
    ids.push(id);
  }
  if (doubled > 0) {
    throw problem(
      `In ${table.file} the column "${map.id ?? ""}" does not tell records apart: ${doubled} rows repeat an id (first ${example}). Name another id column, or none: rows are then numbered.`,
    );
  }
  if (blank > 0) notices.push(`${table.file}: ${blank} rows have no id; they are called row-N after their place`);
  return ids;
}
