/** A record longer than this, in characters, is a quote that was never closed. */
const MAX_RECORD = 4 * 1024 * 1024;

/** Why a text cannot be told apart into records. */
export class CsvError extends Error {}

/** Takes text piece by piece and gives whole records. */
export interface CsvParser {
  /** Records that are complete with this piece. Throws {@link CsvError} for a record that grows beyond 4 M characters. */
  push(text: string): string[][];
  /** Characters of a record that is not whole yet. */
  waiting(): number;
  /** The last record, if there is one without a line end. Throws {@link CsvError} where a quote is still open. */
  end(): string[][];
}

/**
 * A parser of delimited text (RFC 4180) that forgives what people write: any line end, quotes inside plain cells, and
 * quotes inside quoted cells that no delimiter follows. Blank lines are records of one empty cell.
 */
export function createCsvParser(delimiter: string): CsvParser {
  let rest = "";
  const run = (text: string, last: boolean): string[][] => {
    const all = rest === "" ? text : rest + text;
    const { records, used } = parseRecords(all, delimiter, last);
    rest = used === 0 ? all : all.slice(used);
    if (rest.length > MAX_RECORD) throw new CsvError("a quote is opened and never closed");
    return records;
  };
  return {
    push: (text) => run(text, false),
    waiting: () => rest.length,
    end: () => {
      const records = run("", true);
      if (rest !== "") throw new CsvError("a quote is opened and never closed");
      return records;
    },
  };
}

const QUOTE = 34;
const LF = 10;
const CR = 13;

/** Whole records of a text, and how much of it they take up. Without `last` a record needs its line end. */
function parseRecords(text: string, delimiter: string, last: boolean): { records: string[][]; used: number } {
  const records: string[][] = [];
  const separator = delimiter.charCodeAt(0);
  const { length } = text;
  let used = 0;
  let record: string[] = [];
  let at = 0;
  while (at < length) {
    let cell: string;
    if (text.charCodeAt(at) === QUOTE) {
      const quoted = quotedCell(text, at, separator, last);
      if (quoted === null) return { records, used };
      cell = quoted.cell;
      at = quoted.next;
    } else {
      let end = at;
      for (; end < length; end += 1) {
        const code = text.charCodeAt(end);
        if (code === separator || code === LF || code === CR) break;
      }
      if (end === length && !last) return { records, used };
      cell = text.slice(at, end);
      at = end;
    }
    record.push(cell);
    const code = at < length ? text.charCodeAt(at) : LF;
    if (code === separator) {
      at += 1;
      // A delimiter at the very end is followed by one more, empty cell.
      if (at < length) continue;
      if (!last) return { records, used };
      record.push("");
    } else {
      // Whether a line feed follows this carriage return is not known yet.
      if (code === CR && at + 1 === length && !last) return { records, used };
      at += code === CR && text.charCodeAt(at + 1) === LF ? 2 : 1;
    }
    records.push(record);
    record = [];
    used = Math.min(at, length);
  }
  return { records, used };
}

/** Takes text piece by piece and counts the cells of each record, as {@link createCsvParser} would part them. */
export interface CsvCounter {
  /** Cells of each record that is complete with this piece; 0 for one whose cells are all blank. Throws as `push` of the parser. */
  push(text: string): readonly number[];
  waiting(): number;
  /** The last records, parted: the end of a file may hold a mark that is no data. */
  end(): string[][];
}

/** A counter of cells: a first pass over a file needs no more of it, and cells that are not made cost nothing. */
export function createCsvCounter(delimiter: string): CsvCounter {
  const separator = delimiter.charCodeAt(0);
  let rest = "";
  return {
    push(text) {
      const all = rest === "" ? text : rest + text;
      const { counts, used } = countCells(all, separator, delimiter);
      rest = used === 0 ? all : all.slice(used);
      if (rest.length > MAX_RECORD) throw new CsvError("a quote is opened and never closed");
      return counts;
    },
    waiting: () => rest.length,
    end() {
      const parser = createCsvParser(delimiter);
      return [...parser.push(rest), ...parser.end()];
    },
  };
}

function countCells(text: string, separator: number, delimiter: string): { counts: number[]; used: number } {
  const counts: number[] = [];
  const { length } = text;
  let used = 0;
  let cells = 0;
  // A sign above the blank and below the wide ones says something; what else may be a blank is looked at more closely.
  let filled = false;
  let at = 0;
  while (at < length) {
    if (text.charCodeAt(at) === QUOTE) {
      const quoted = quotedCell(text, at, separator, false);
      if (quoted === null) break;
      filled ||= quoted.cell.trim() !== "";
      at = quoted.next;
    }
    let code = 0;
    for (; at < length; at += 1) {
      code = text.charCodeAt(at);
      if (code === separator || code === LF || code === CR) break;
      if (code > 32 && code < 127) filled = true;
    }
    if (at >= length || (code === CR && at + 1 === length)) break;
    cells += 1;
    if (code === separator) {
      at += 1;
      continue;
    }
    at += code === CR && text.charCodeAt(at + 1) === LF ? 2 : 1;
    counts.push(filled || isFilled(text.slice(used, at), delimiter) ? cells : 0);
    used = at;
    cells = 0;
    filled = false;
  }
  return { counts, used };
}

/** True where a record without a plain sign says something all the same. */
function isFilled(record: string, delimiter: string): boolean {
  return parseRecords(record, delimiter, true).records.some((cells) => cells.some((cell) => cell.trim() !== ""));
}

/** A cell in quotes and the position of what follows it; null where its end is not there yet. */
function quotedCell(
  text: string,
  from: number,
  separator: number,
  last: boolean,
): { readonly cell: string; readonly next: number } | null {
  let cell = "";
  let start = from + 1;
  for (;;) {
    const quote = text.indexOf('"', start);
    if (quote < 0) return null;
    const next = quote + 1;
    if (next >= text.length) return last ? { cell: cell + text.slice(start, quote), next } : null;
    const code = text.charCodeAt(next);
    cell += text.slice(start, quote);
    if (code === separator || code === LF || code === CR) return { cell, next };
    cell += '"';
    start = code === QUOTE ? next + 1 : next;
  }
}
