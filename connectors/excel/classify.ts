import { isAscii } from "node:buffer";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { TextDecoder } from "node:util";
import { C360Error } from "#core";
import { firstBytes, utf16Guess } from "./delimited.ts";
import { fileError, LIMITS } from "./limits.ts";

/** What a file is by its first bytes; its name says nothing. */
export type FileKind = "zip" | "compound" | "text";

/** One pass over a file's bytes. */
export interface Digest {
  readonly sha256: string;
  readonly validUtf8: boolean;
}

/** Hash of a file, and whether all of it is valid UTF-8, in one pass. Throws FILE_LOCKED when it cannot be opened. */
export async function digestFile(path: string, file: string): Promise<Digest> {
  const hash = createHash("sha256");
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let validUtf8 = true;
  // True where a character of several bytes may go on in the next piece.
  let open = false;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
      hash.update(chunk as Buffer);
      if (!validUtf8 || (!open && isAscii(chunk as Buffer))) continue;
      validUtf8 = accepts(decoder, chunk as Buffer);
      open = ((chunk as Buffer).at(-1) ?? 0) >= 0x80;
    }
    if (validUtf8) validUtf8 = accepts(decoder, null);
  } catch (error) {
    throw lockedError(error, file);
  }
  return { sha256: hash.digest("hex"), validUtf8 };
}

function accepts(decoder: TextDecoder, chunk: Buffer | null): boolean {
  try {
    if (chunk === null) decoder.decode();
    else decoder.decode(chunk, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** FILE_LOCKED for what the system does not let us open, FILE_MISSING for what is not there; others as they are. */
export function lockedError(error: unknown, file: string): unknown {
  const { code } = error as { code?: unknown };
  if (code === "ENOENT") return new C360Error("FILE_MISSING", { file });
  if (typeof code === "string" && ["EACCES", "EPERM", "EBUSY", "EISDIR", "EIO"].includes(code)) {
    return new C360Error("FILE_LOCKED", { file, reason: code });
  }
  return error;
}

/** Tells workbooks from text files by content. Throws FILE_* for what is neither. */
export async function classify(path: string, file: string, size: number): Promise<FileKind> {
  const head = await firstBytes(path, 8192);
  const hasMark = head.length === 3 && head.equals(Buffer.from([0xef, 0xbb, 0xbf]));
  if (size === 0 || hasMark) throw fileError("corrupt", file, "it is empty");
  const magic = head.subarray(0, 8).toString("hex");
  if (magic.startsWith("504b0304")) {
    if (size > LIMITS.compressedBytes) throw tooLarge(file, LIMITS.compressedBytes);
    return "zip";
  }
  if (magic.startsWith("504b")) throw fileError("corrupt", file, "the zip structure is damaged");
  if (magic === "d0cf11e0a1b11ae1") {
    if (size > LIMITS.compressedBytes) throw tooLarge(file, LIMITS.compressedBytes);
    return "compound";
  }
  refuseMarkup(head, file);
  if (size > LIMITS.textFileBytes) throw tooLarge(file, LIMITS.textFileBytes);
  refuseBinary(head, file);
  return "text";
}

function tooLarge(file: string, limit: number): C360Error {
  return fileError("limit_exceeded", file, `larger than ${limit / 1024 / 1024} MB`);
}

function refuseMarkup(head: Buffer, file: string): void {
  const start = head
    .subarray(0, 1024)
    .toString("latin1")
    .replace(/^\u00ef\u00bb\u00bf/, "")
    .trimStart()
    .toLowerCase();
  if (/^<(!doctype html|html|head|body|table)/.test(start)) throw fileError("unsupported", file, "it is a web page");
  if (start.startsWith("<?xml")) throw fileError("unsupported", file, "it is an XML file");
  if (start.startsWith("%pdf")) throw fileError("unsupported", file, "it is a PDF file");
  if (start.startsWith("{\\rtf")) throw fileError("unsupported", file, "it is a text document");
}

function refuseBinary(head: Buffer, file: string): void {
  const marked = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  if (marked || utf16Guess(head) !== null) return;
  if (head[0] === 0 && head[1] === 0 && head[2] === 0xfe && head[3] === 0xff) return;
  // A few strays in a text are damage of the text; unit separators and the end mark of DOS belong there.
  const odd = head.filter(
    (byte) => byte < 9 || (byte > 13 && byte < 32 && ![26, 27, 28, 29, 30, 31].includes(byte)),
  ).length;
  const few = odd <= Math.max(2, head.length * 0.005) && odd < head.length * 0.1;
  if (!few) throw fileError("unsupported", file, "it is neither a workbook nor text");
}
