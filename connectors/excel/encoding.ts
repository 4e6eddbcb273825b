import { isAscii } from "node:buffer";
import { DOS_LATIN } from "./dos-latin.ts";

/** An encoding of a text file: a decoder's label, or the Western one of DOS, which no decoder knows. */
export type TextEncoding = string;

/** Turns bytes into text, piece by piece. */
export interface TextDecoding {
  decode(bytes?: Buffer, options?: { readonly stream: boolean }): string;
}

/** A decoder for an encoding of {@link guessEncoding}; a byte order mark comes out as a character. */
export function decoderFor(encoding: TextEncoding): TextDecoding {
  if (encoding === "utf-8" || (SINGLE as readonly string[]).includes(encoding)) return plainFirst(encoding);
  return charDecoder(encoding);
}

/** Pieces of plain ASCII are taken as they are: they decode many times faster, into text of half the size. */
function plainFirst(encoding: TextEncoding): TextDecoding {
  const decoder = charDecoder(encoding);
  let open = false;
  return {
    decode(bytes, options) {
      if (bytes !== undefined && !open && isAscii(bytes)) return bytes.toString("latin1");
      // A character of several bytes may go on in the next piece.
      open = bytes !== undefined && options?.stream === true && (bytes.at(-1) ?? 0) >= 0x80;
      return decoder.decode(bytes, options);
    },
  };
}

function charDecoder(encoding: TextEncoding): TextDecoding {
  if (encoding === "utf-32le" || encoding === "utf-32be") return wideDecoder(encoding === "utf-32le");
  if (encoding !== "ibm850") return new TextDecoder(encoding, { ignoreBOM: true });
  return { decode: (bytes) => (bytes === undefined ? "" : decodeDos(bytes)) };
}

/** Four bytes for each character, which no decoder of the platform knows. */
function wideDecoder(little: boolean): TextDecoding {
  let rest: Buffer = Buffer.alloc(0);
  return {
    decode(bytes) {
      const all = bytes === undefined ? rest : Buffer.concat([rest, bytes]);
      const whole = all.length - (all.length % 4);
      rest = all.subarray(whole);
      let text = bytes === undefined && rest.length > 0 ? LOST_CHARACTER : "";
      for (let at = 0; at < whole; at += 4) {
        const code = little ? all.readUInt32LE(at) : all.readUInt32BE(at);
        text += code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? LOST_CHARACTER : String.fromCodePoint(code);
      }
      return text;
    },
  };
}

const LOST_CHARACTER = "\ufffd";

function decodeDos(bytes: Buffer): string {
  return bytes.toString("latin1").replace(/[\u0080-\u00ff]/g, (char) => DOS_LATIN[char.charCodeAt(0) - 128] ?? char);
}

const SINGLE = ["windows-1252", "macintosh", "ibm850", "windows-1250", "windows-1251", "koi8-r"] as const;
const DOUBLE = ["shift_jis", "gb18030", "euc-kr", "big5"] as const;

/**
 * The encoding of a text that is not plainly Unicode: the one in which its letters make the most likely words. Western
 * Windows unless another one is clearly better; UTF-8 where only a few of many sequences are damaged.
 */
export function guessEncoding(sample: Buffer): TextEncoding {
  const high = sample.filter((byte) => byte >= 0x80).length;
  if (high === 0) return "windows-1252";
  if (mostlyUtf8(sample)) return "utf-8";
  let best = { encoding: "windows-1252", score: likelihood(sample, "windows-1252") };
  for (const encoding of SINGLE) {
    const score = likelihood(sample, encoding);
    if (score > best.score + high * 0.15) best = { encoding, score };
  }
  // Two bytes for each letter: runs of high bytes are long, which no Western text has.
  if (best.encoding !== "windows-1252" || best.score < high * 0.5) {
    const found = DOUBLE.find((encoding) => isEastern(sample, encoding));
    if (found !== undefined && longRuns(sample) > high * 0.6) return found;
  }
  return best.encoding;
}

/** True where UTF-8 sequences are far more than bytes that fit none. */
function mostlyUtf8(sample: Buffer): boolean {
  const text = new TextDecoder("utf-8").decode(sample);
  let good = 0;
  let bad = 0;
  for (const char of text) {
    if (char === "\ufffd") bad += 1;
    else if (char > "\u007f") good += 1;
  }
  return good >= 3 && good > bad * 5;
}

/** How likely the letters beyond ASCII are where they stand: a point for a letter among letters, less for signs. */
function likelihood(sample: Buffer, encoding: TextEncoding): number {
  const text = decoderFor(encoding).decode(sample);
  let score = 0;
  for (const found of text.matchAll(/(.?)([\u0080-\uffff])(.?)/gsu)) {
    const [, before = "", char = "", after = ""] = found;
    score += charScore(before, char, after);
  }
  // No language writes word after word in accented Latin letters alone: these are other letters, misread.
  for (const [run] of text.matchAll(/[\u00c0-\u024f]{3,}/gu)) score -= 2 * run.length;
  return score;
}

const COMMON = /[éèêëáàâäãåçñíìîïóòôöõúùûüøæß]/iu;

function charScore(before: string, char: string, after: string): number {
  if (/[\p{Cc}\p{Co}\p{Cn}\ufffd]/u.test(char)) return -3;
  const inWord = /\p{L}/u.test(before) || /\p{L}/u.test(after);
  if (/\p{Lu}/u.test(char)) {
    if (/\p{Ll}/u.test(before)) return -1;
    return COMMON.test(char) ? 1 : 0.5;
  }
  if (/\p{Ll}/u.test(char))
    return /\p{Lu}/u.test(after) && !/\p{Lu}/u.test(before) ? -0.5 : COMMON.test(char) ? 1 : 0.6;
  // Typographic quotes, dashes, currency and degree signs stand beside words, not in them.
  if (/[‘’“”–—…€£°©®™«»§¿¡½]/u.test(char))
    return /\p{L}/u.test(before) && /\p{L}/u.test(after) && char !== "’" ? -1 : 0.7;
  return inWord ? -1.5 : -0.5;
}

function isEastern(sample: Buffer, encoding: string): boolean {
  const text = new TextDecoder(encoding).decode(sample);
  let eastern = 0;
  let odd = 0;
  for (const char of text) {
    if (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}、。「」ー]/u.test(char)) eastern += 1;
    else if (char > "\u007f") odd += 1;
  }
  const kana = /[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text);
  if (encoding === "shift_jis" && !kana) return false;
  if (encoding === "euc-kr" && !/\p{Script=Hangul}/u.test(text)) return false;
  return eastern >= 4 && odd <= eastern * 0.05;
}

/** High bytes in runs of four and more. */
function longRuns(sample: Buffer): number {
  let total = 0;
  let run = 0;
  for (const byte of sample) {
    if (byte >= 0x80 || (run > 0 && run % 2 === 1 && byte >= 0x40)) run += 1;
    else {
      if (run >= 4) total += run;
      run = 0;
    }
  }
  return run >= 4 ? total + run : total;
}
