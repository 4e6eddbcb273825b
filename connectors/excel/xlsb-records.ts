import { fileError } from "./limits.ts";

/** One record of a binary part. Reading past its end throws FILE_CORRUPT. */
export interface XlsbRecord {
  readonly type: number;
  u8(at: number): number;
  u16(at: number): number;
  u32(at: number): number;
  f64(at: number): number;
  /** A text with its length before it; `next` is the position after it. A missing text is "". */
  text(at: number): { readonly text: string; readonly next: number };
}

/** A record may not be longer; real ones are at most some ten kilobytes. */
const MAX_RECORD = 16 * 1024 * 1024;

/** The records of a part, one after the other ([MS-XLSB] 2.1.4). Throws FILE_CORRUPT. */
export async function* xlsbRecords(
  chunks: AsyncIterable<Buffer>,
  file: string,
): AsyncGenerator<XlsbRecord, void, void> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    for (;;) {
      const head = readHead(rest, at);
      if (head === null) break;
      if (head.size > MAX_RECORD) throw fileError("corrupt", file, "a record is longer than any can be");
      if (head.start + head.size > rest.length) break;
      yield recordOf(head.type, rest.subarray(head.start, head.start + head.size), file);
      at = head.start + head.size;
    }
    rest = rest.subarray(at);
  }
  if (rest.length > 0) throw fileError("corrupt", file, "a binary part is cut off");
}

/** Type in one or two bytes, size in one to four, seven bits each. Null where the bytes do not suffice. */
function readHead(bytes: Buffer, from: number): { type: number; size: number; start: number } | null {
  let at = from;
  const first = bytes[at];
  if (first === undefined) return null;
  let type = first;
  at += 1;
  if ((first & 0x80) !== 0) {
    const second = bytes[at];
    if (second === undefined) return null;
    type = (first & 0x7f) | ((second & 0x7f) << 7);
    at += 1;
  }
  let size = 0;
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = bytes[at];
    if (byte === undefined) return null;
    at += 1;
    size |= (byte & 0x7f) << shift;
    if ((byte & 0x80) === 0) break;
  }
  return { type, size, start: at };
}

function recordOf(type: number, bytes: Buffer, file: string): XlsbRecord {
  const check = (at: number, length: number): void => {
    if (at < 0 || at + length > bytes.length) throw fileError("corrupt", file, "a record is shorter than it must be");
  };
  return {
    type,
    u8: (at) => (check(at, 1), bytes.readUInt8(at)),
    u16: (at) => (check(at, 2), bytes.readUInt16LE(at)),
    u32: (at) => (check(at, 4), bytes.readUInt32LE(at)),
    f64: (at) => (check(at, 8), bytes.readDoubleLE(at)),
    text: (at) => {
      check(at, 4);
      const length = bytes.readUInt32LE(at);
      if (length === 0xffffffff) return { text: "", next: at + 4 };
      check(at + 4, length * 2);
      return { text: bytes.toString("utf16le", at + 4, at + 4 + length * 2), next: at + 4 + length * 2 };
    },
  };
}
