import { C360Error } from "#core";

/** What a workbook may cost to read; beyond it the file is refused, however small it looks. */
export const LIMITS = {
  compressedBytes: 50 * 1024 * 1024,
  unzippedBytes: 500 * 1024 * 1024,
  /** Unzipped over zipped size of one part above a megabyte. */
  ratio: 200,
  entries: 10_000,
  cells: 5_000_000,
  columns: 16_384,
  /** Nested elements in one XML part. */
  depth: 64,
  sharedTextBytes: 200 * 1024 * 1024,
  /** Rows of a sheet in the formats that count them: a row number beyond it is damage. */
  rows: 1_048_576,
  textFileBytes: 2 * 1024 * 1024 * 1024,
} as const;

/** How a file came out, as the six verdicts of a file. */
export type FileVerdict = "ok" | "ok_with_warnings" | "encrypted" | "corrupt" | "unsupported" | "limit_exceeded";

/** The error for a file that cannot be read. The file is named without its folder. */
export function fileError(
  verdict: Exclude<FileVerdict, "ok" | "ok_with_warnings">,
  file: string,
  reason: string,
): C360Error {
  return new C360Error(CODES[verdict], { file, reason });
}

/** The verdict that an error of {@link fileError} stands for; null for any other error. */
export function verdictOf(error: unknown): Exclude<FileVerdict, "ok" | "ok_with_warnings"> | null {
  if (!(error instanceof C360Error)) return null;
  return (Object.keys(CODES) as (keyof typeof CODES)[]).find((verdict) => CODES[verdict] === error.code) ?? null;
}

const CODES = {
  encrypted: "FILE_ENCRYPTED",
  corrupt: "FILE_CORRUPT",
  unsupported: "FILE_UNSUPPORTED",
  limit_exceeded: "FILE_LIMIT",
} as const;
