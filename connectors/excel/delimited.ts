import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { EMPTY } from "../table/cells.ts";
import type { Cell, SheetRow } from "../table/cells.ts";
import { createCsvCounter, createCsvParser, CsvError } from "./csv.ts";
import type { CsvCounter, CsvParser } from "./csv.ts";
import { decoderFor, guessEncoding } from "./encoding.ts";
import type { TextEncoding } from "./encoding.ts";
import { fileError } from "./limits.ts";

/** How a text file is written. */
export interface TextForm {
  readonly encoding: TextEncoding;
  readonly delimiter: string;
  /** Cells of most lines; 1 where no delimiter was found. */
  readonly columns: number;
  /** True where the first line is Excel's `sep=;` and no data. */
  readonly separatorLine: boolean;
}

const SAMPLE_BYTES = 256 * 1024;
const CANDIDATES = [",", ";", "\t", "|"] as const;
/** Rare ones, believed where all lines agree and none of the others is there. */
const RARE = ["^", "~", "\u001f", "\u0001"] as const;
/** Characters by which the delimiter is found. */
const SNIFFED = 64 * 1024;

/** Excel's own first line; some programs put it in quotes. */
const SEPARATOR_LINE = /^"?sep=(.)"?(?:\r?\n|\r)/i;

/** Finds out how a text file is written; `validUtf8` says what a pass over the whole file found. */
export async function textForm(path: string, validUtf8: boolean): Promise<TextForm> {
  const sample = await firstBytes(path, SAMPLE_BYTES);
  const encoding = encodingOf(sample, validUtf8);
  const text = decoderFor(encoding)
    .decode(sample)
    .replace(/^\ufeff/, "");
  const told = SEPARATOR_LINE.exec(text)?.[1];
  const found = sniff(text);
  const columns = told === undefined ? found.columns : 2;
  return { encoding, delimiter: told ?? found.delimiter, columns, separatorLine: told !== undefined };
}

/** The first bytes of a file. */
export async function firstBytes(path: string, length: number): Promise<Buffer> {
  const handle = await open(path, "r");
  try {
    const buffer = Buffer.alloc(length);
    const { bytesRead } = await handle.read(buffer, 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

const UTF32_LE = Buffer.from([0xff, 0xfe, 0, 0]);
const UTF32_BE = Buffer.from([0, 0, 0xfe, 0xff]);

function encodingOf(sample: Buffer, validUtf8: boolean): TextEncoding {
  if (sample.subarray(0, 4).equals(UTF32_LE)) return "utf-32le";
  if (sample.subarray(0, 4).equals(UTF32_BE)) return "utf-32be";
  if (sample[0] === 0xff && sample[1] === 0xfe) return "utf-16le";
  if (sample[0] === 0xfe && sample[1] === 0xff) return "utf-16be";
  const wide = utf16Guess(sample);
  if (wide !== null) return wide;
  return validUtf8 ? "utf-8" : guessEncoding(sample);
}

/** Text in UTF-16 without a mark has a zero in every second byte of its plain letters. */
export function utf16Guess(sample: Buffer): "utf-16le" | "utf-16be" | null {
  const length = Math.min(sample.length, 4000) & ~1;
  if (length < 8) return null;
  let even = 0;
  let odd = 0;
  for (let at = 0; at < length; at += 2) {
    if (sample[at] === 0) even += 1;
    if (sample[at + 1] === 0) odd += 1;
  }
  if (odd > length * 0.35 && even < length * 0.05) return "utf-16le";
  return even > length * 0.35 && odd < length * 0.05 ? "utf-16be" : null;
}

/** The delimiter that gives most lines the same number of fields, more than one. */
export function sniffDelimiter(text: string): string {
  return sniff(text).delimiter;
}

function sniff(text: string): { readonly delimiter: string; readonly columns: number } {
  let best = { delimiter: ",", score: 0, columns: 1 };
  for (const delimiter of CANDIDATES) {
    const counts = fieldCounts(text, delimiter).filter((count) => count > 0);
    const frequency = new Map<number, number>();
    for (const count of counts) frequency.set(count, (frequency.get(count) ?? 0) + 1);
    const usual = [...frequency].filter(([count]) => count > 1).sort((a, b) => b[1] - a[1] || b[0] - a[0])[0];
    if (usual === undefined || !isThroughout(counts)) continue;
    // Lines that do not agree weigh more than further columns: a mark that fills one long cell is no delimiter.
    const score = (usual[1] / counts.length) ** 2 * Math.min(usual[0], 20) ** 0.5;
    if (score > best.score) best = { delimiter, score, columns: usual[0] };
  }
  return best.columns > 1 ? best : (rareDelimiter(text) ?? best);
}

/**
 * True where a delimiter parts the lines of a table: the first line, half of all, or every one below some title lines. A
 * sign that stands in a few cells of a single column does not.
 */
function isThroughout(counts: readonly number[]): boolean {
  const parted = counts.filter((count) => count > 1).length;
  if ((counts[0] ?? 1) > 1 || parted * 2 >= counts.length) return true;
  return parted >= 2 && counts.slice(counts.length - parted).every((count) => count > 1);
}

function rareDelimiter(text: string): { readonly delimiter: string; readonly columns: number } | null {
  for (const delimiter of RARE) {
    const counts = fieldCounts(text, delimiter).filter((count) => count > 0);
    const [first = 1] = counts;
    if (first > 1 && counts.length > 1 && counts.every((count) => count === first))
      return { delimiter, columns: first };
  }
  return null;
}

/** Fields per line of the first lines, delimiters inside quotes left out; a last line that is cut off counts if alone. */
function fieldCounts(text: string, delimiter: string): number[] {
  const counts: number[] = [];
  let quoted = false;
  let fields = 1;
  let length = 0;
  for (const char of text.slice(0, SNIFFED)) {
    if (char === '"') quoted = !quoted;
    if (char === delimiter && !quoted) fields += 1;
    if (char === "\n" && !quoted) {
      counts.push(length === 0 ? 0 : fields);
      fields = 1;
      length = 0;
      if (counts.length >= 200) return counts;
    } else if (char !== "\r") length += 1;
  }
  if (length > 0 && (text.length <= SNIFFED || counts.length === 0)) counts.push(fields);
  return counts;
}

/** Characters that are taken apart at a time: rows that are gone before memory is tidied cost nothing to tidy. */
const PIECE = 8 * 1024;

/** Records of a text file, in blocks. Throws FILE_CORRUPT where a quote is never closed. */
export async function* delimitedRecords(
  path: string,
  file: string,
  form: TextForm,
): AsyncGenerator<readonly string[][], void, void> {
  const parser = createCsvParser(form.delimiter);
  yield* inPieces(path, file, { form, parser });
  yield withoutEndMark(withFileError(file, () => parser.end()));
}

/**
 * Cells of each record of a text file, in blocks; 0 for a record of blanks. Parts nothing, so that it costs a fraction of
 * {@link delimitedRecords} and fails where that fails. Throws FILE_CORRUPT where a quote is never closed.
 */
export async function* delimitedCounts(
  path: string,
  file: string,
  form: TextForm,
): AsyncGenerator<readonly number[], void, void> {
  const parser = createCsvCounter(form.delimiter);
  yield* inPieces(path, file, { form, parser });
  const last = withoutEndMark(withFileError(file, () => parser.end()));
  yield last.map((record) => (record.some((cell) => cell.trim() !== "") ? record.length : 0));
}

async function* inPieces<Item>(
  path: string,
  file: string,
  how: {
    readonly form: TextForm;
    readonly parser: Pick<CsvParser | CsvCounter, "waiting"> & { push(text: string): Item };
  },
): AsyncGenerator<Item, void, void> {
  const { form, parser } = how;
  const input = createReadStream(path, { highWaterMark: 128 * 1024 });
  try {
    for await (const text of decodedText(input, form)) {
      for (let at = 0; at < text.length;) {
        // A record that is longer than a piece is looked at again with twice the text.
        const end = at + Math.max(PIECE, parser.waiting());
        yield withFileError(file, () => parser.push(text.slice(at, end)));
        at = end;
      }
    }
  } finally {
    input.destroy();
  }
}

function withFileError<Result>(file: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw error instanceof CsvError ? fileError("corrupt", file, error.message) : error;
  }
}

/** DOS programs end a text with a mark of its own. */
function withoutEndMark(records: readonly string[][]): readonly string[][] {
  const last = records.at(-1);
  const text = last?.at(-1);
  if (last === undefined || text?.endsWith("\u001a") !== true) return records;
  const rest = text.slice(0, -1);
  const before = records.slice(0, -1);
  return rest === "" && last.length === 1 ? before : [...before, [...last.slice(0, -1), rest]];
}

/** Rows of a text file in blocks, everything as text; with `verbatim`, blanks too are text. Throws FILE_CORRUPT. */
export async function* delimitedRows(
  path: string,
  file: string,
  form: TextForm,
  options: { readonly verbatim?: boolean } = {},
): AsyncGenerator<readonly SheetRow[], void, void> {
  let row = 0;
  for await (const records of delimitedRecords(path, file, form)) {
    yield records.map((record) => {
      row += 1;
      return { row, cells: options.verbatim === true ? record.map(storedCell) : record };
    });
  }
}

function storedCell(text: string): Cell {
  return text === "" ? EMPTY : { type: "text", value: text };
}

/** The text of a file without its byte order mark and separator line. */
export async function* decodedText(input: AsyncIterable<unknown>, form: TextForm): AsyncGenerator<string, void, void> {
  const decoder = decoderFor(form.encoding);
  let first = true;
  for await (const chunk of input) {
    let text = decoder.decode(chunk as Buffer, { stream: true });
    if (text === "") continue;
    if (first) text = text.replace(/^\ufeff/, "");
    if (first && form.separatorLine) text = text.replace(SEPARATOR_LINE, "");
    first = false;
    yield text;
  }
  const rest = decoder.decode();
  if (rest !== "") yield rest;
}
