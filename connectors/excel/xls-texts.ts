import type { Epoch } from "../cells-serial.ts";
import type { BiffRecord } from "./biff.ts";
import { PieceReader } from "./biff.ts";
import { decoderFor } from "./encoding.ts";
import type { NumberFormat } from "./formats.ts";
import { fileError, LIMITS } from "./limits.ts";

/** How an edition writes texts: Unicode with flags (8), or bytes in a code page (5). */
export interface TextForm {
  readonly edition: 5 | 8;
  /** Decoder label of the code page, for edition 5. */
  readonly encoding: string;
}

/** What all sheets of an old workbook share. */
export interface XlsWorkbook extends TextForm {
  readonly file: string;
  readonly bytes: Buffer;
  readonly epoch: Epoch;
  readonly formats: readonly NumberFormat[];
  readonly texts: readonly string[];
  readonly detail: boolean;
}

/** The table of texts that cells share. */
export function readSharedTexts(record: BiffRecord, file: string): string[] {
  const reader = new PieceReader([record.body, ...record.more], file);
  reader.skip(4);
  const count = reader.u32();
  const texts: string[] = [];
  let size = 0;
  // The count may lie: what is there is read.
  while (texts.length < count && !reader.done()) {
    const length = reader.u16();
    const flags = reader.u8();
    const runs = (flags & 8) === 0 ? 0 : reader.u16();
    const phonetic = (flags & 4) === 0 ? 0 : reader.u32();
    const text = length === 0 ? "" : reader.characters(length, (flags & 1) === 1);
    size += text.length;
    if (size > LIMITS.sharedTextBytes) throw fileError("limit_exceeded", file, "too much shared text");
    texts.push(text);
    if (runs + phonetic > 0) reader.skip(runs * 4 + phonetic);
  }
  return texts;
}

/** A text inside a record, with its length in one or two bytes before it. */
export function recordText(
  record: BiffRecord,
  at: number,
  form: TextForm & { readonly lengthBytes: 1 | 2; readonly file: string },
): string {
  const reader = new PieceReader([record.body.subarray(at), ...record.more], form.file);
  const length = form.lengthBytes === 1 ? reader.u8() : reader.u16();
  if (length === 0) return "";
  if (form.edition === 5) {
    const bytes = record.body.subarray(at + form.lengthBytes, at + form.lengthBytes + length);
    return decoderFor(form.encoding).decode(bytes);
  }
  const flags = reader.u8();
  if ((flags & 8) !== 0) reader.skip(2);
  if ((flags & 4) !== 0) reader.skip(4);
  return reader.characters(length, (flags & 1) === 1);
}

const CODE_PAGES: Readonly<Record<number, string>> = {
  // The American page of DOS has the letters of the Western one where both have them.
  437: "ibm850",
  850: "ibm850",
  866: "ibm866",
  932: "shift_jis",
  936: "gbk",
  949: "euc-kr",
  950: "big5",
  10_000: "macintosh",
  10_007: "x-mac-cyrillic",
  32_768: "macintosh",
};

/** Decoder label of a code page by its number; Windows' Western one for those that no decoder knows. */
export function codePage(number: number): string {
  const label = CODE_PAGES[number] ?? `windows-${number}`;
  if (label === "ibm850") return label;
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return "windows-1252";
  }
}
