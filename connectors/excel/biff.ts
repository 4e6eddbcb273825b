import { fileError } from "./limits.ts";

/** One record of an old workbook, its continuations as further pieces. */
export interface BiffRecord {
  readonly type: number;
  /** Position of the record in the stream. */
  readonly at: number;
  readonly body: Buffer;
  readonly more: readonly Buffer[];
}

const CONTINUE = 0x3c;

/** Record types of [MS-XLS] 2.3 that are read; the older numbers of cells are from earlier editions. */
export const BIFF = {
  formula: 0x06,
  end: 0x0a,
  dateMode: 0x22,
  filePass: 0x2f,
  codePage: 0x42,
  boundSheet: 0x85,
  multiRk: 0xbd,
  multiBlank: 0xbe,
  richText: 0xd6,
  cellFormat: 0xe0,
  sharedTexts: 0xfc,
  sharedText: 0xfd,
  blank: 0x201,
  number: 0x203,
  label: 0x204,
  boolOrError: 0x205,
  formulaText: 0x207,
  rk: 0x27e,
  format: 0x41e,
  formula3: 0x206,
  formula4: 0x406,
  begin: 0x809,
} as const;

/** The records from a position on, to the end of the stream. Throws FILE_CORRUPT where one is cut off. */
export function* biffRecords(bytes: Buffer, from: number, file: string): Generator<BiffRecord, void, void> {
  let at = from;
  while (at + 4 <= bytes.length) {
    const start = at;
    const type = bytes.readUInt16LE(at);
    const body = piece(bytes, at, file);
    at += 4 + body.length;
    const more: Buffer[] = [];
    while (at + 4 <= bytes.length && bytes.readUInt16LE(at) === CONTINUE) {
      const next = piece(bytes, at, file);
      more.push(next);
      at += 4 + next.length;
    }
    yield { type, at: start, body, more };
  }
}

function piece(bytes: Buffer, at: number, file: string): Buffer {
  const length = bytes.readUInt16LE(at + 2);
  if (at + 4 + length > bytes.length) throw fileError("corrupt", file, "a record is cut off");
  return bytes.subarray(at + 4, at + 4 + length);
}

/** Reads on over the pieces of a record: a text that crosses into the next piece begins there with a new flag byte. */
export class PieceReader {
  readonly #pieces: readonly Buffer[];
  readonly #file: string;
  #piece = 0;
  #at = 0;

  constructor(pieces: readonly Buffer[], file: string) {
    this.#pieces = pieces;
    this.#file = file;
  }

  /** True where nothing is left. */
  done(): boolean {
    this.#settle();
    return this.#piece >= this.#pieces.length;
  }

  u8(): number {
    return this.#take(1).readUInt8(0);
  }

  u16(): number {
    return this.#take(2).readUInt16LE(0);
  }

  u32(): number {
    return this.#take(4).readUInt32LE(0);
  }

  skip(length: number): void {
    let left = length;
    while (left > 0) {
      this.#settle();
      const here = this.#here().length - this.#at;
      const step = Math.min(left, here);
      this.#at += step;
      left -= step;
    }
  }

  /** A text of so many characters, in one or two bytes each as the flag says; the flag is told anew in each piece. */
  characters(length: number, wideAtFirst: boolean): string {
    let wide = wideAtFirst;
    let left = length;
    let text = "";
    for (;;) {
      const here = this.#here().length - this.#at;
      const count = Math.min(left, wide ? here >> 1 : here);
      const end = this.#at + (wide ? count * 2 : count);
      text += this.#here().toString(wide ? "utf16le" : "latin1", this.#at, end);
      this.#at = end;
      left -= count;
      if (left === 0) return text;
      this.#piece += 1;
      this.#at = 0;
      wide = (this.u8() & 1) === 1;
    }
  }

  #take(length: number): Buffer {
    this.#settle();
    const from = this.#at;
    if (from + length > this.#here().length)
      throw fileError("corrupt", this.#file, "a record is shorter than it must be");
    this.#at += length;
    return this.#here().subarray(from, from + length);
  }

  #settle(): void {
    while (this.#piece < this.#pieces.length && this.#at >= this.#here().length) {
      this.#piece += 1;
      this.#at = 0;
    }
  }

  #here(): Buffer {
    const piece = this.#pieces[this.#piece];
    if (piece === undefined) throw fileError("corrupt", this.#file, "a record is shorter than it must be");
    return piece;
  }
}
