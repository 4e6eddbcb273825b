import { readFile } from "node:fs/promises";
import type { Readable } from "node:stream";
import { crc32 } from "node:zlib";
import yauzl from "yauzl";
import type { Entry, ZipFile } from "yauzl";
import { fileError, LIMITS } from "./limits.ts";

/** A zip file opened for reading its parts, within the limits. */
export interface Archive {
  /** Name of the part as stored, found by any spelling of case and slashes; null when there is none. */
  find(name: string): string | null;
  /** Bytes of a part, piece by piece. Throws the file's error when a limit is passed or the part is damaged. */
  stream(name: string): AsyncGenerator<Buffer, void, void>;
  readonly names: readonly string[];
  /** True where two parts share a name: the last one counts. */
  readonly doubled: boolean;
  close(): void;
}

/** Opens an archive. Throws FILE_CORRUPT, FILE_LIMIT or FILE_ENCRYPTED. `file` is the name used in errors. */
export async function openArchive(path: string, file: string): Promise<Archive> {
  const zip = await openZip(path, file);
  const entries = new Map<string, Entry>();
  const state = { unzipped: 0, doubled: false };
  try {
    await eachEntry(zip, (entry) => {
      const key = keyOf(entry.fileName);
      if (entries.has(key)) state.doubled = true;
      entries.set(key, entry);
      if (entries.size > LIMITS.entries) throw fileError("limit_exceeded", file, `more than ${LIMITS.entries} parts`);
    });
  } catch (error) {
    zip.close();
    throw asFileError(error, file);
  }
  return {
    find: (name) => entries.get(keyOf(name))?.fileName ?? null,
    stream: (name) => inflate(zip, entries.get(keyOf(name)), file, state),
    names: [...entries.values()].map((entry) => entry.fileName),
    doubled: state.doubled,
    close: () => zip.close(),
  };
}

function keyOf(name: string): string {
  return name.replaceAll("\\", "/").replace(/^\/+/, "").toLowerCase();
}

const OPTIONS = { lazyEntries: true, autoClose: false, validateEntrySizes: true, strictFileNames: false };

async function openZip(path: string, file: string): Promise<ZipFile> {
  try {
    return await new Promise((resolve, reject) => {
      yauzl.open(path, OPTIONS, (error, zip) => (error === null ? resolve(zip) : reject(error)));
    });
  } catch (error) {
    const known = asFileError(error, file);
    if (known === error) throw error;
    const whole = withoutTail(await readFile(path));
    if (whole === null) throw known;
    return new Promise((resolve, reject) => {
      yauzl.fromBuffer(whole, OPTIONS, (failed, zip) => (failed === null ? resolve(zip) : reject(known)));
    });
  }
}

const END = Buffer.from([0x50, 0x4b, 0x05, 0x06]);
const END_LENGTH = 22;

/**
 * A zip file without the bytes that a transfer or a mail program left behind its end, as the vendors' programs read it; null
 * where its end is not to be found. The list of parts must stand right before that end: a zip inside a cut one is none.
 */
function withoutTail(bytes: Buffer): Buffer | null {
  for (let at = bytes.lastIndexOf(END); at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf(END, at - 1)) {
    if (at + END_LENGTH > bytes.length) continue;
    const end = at + END_LENGTH + bytes.readUInt16LE(at + 20);
    const listed = bytes.readUInt32LE(at + 12) + bytes.readUInt32LE(at + 16) === at;
    if (listed && end <= bytes.length) return bytes.subarray(0, end);
  }
  return null;
}

function eachEntry(zip: ZipFile, take: (entry: Entry) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    zip.on("error", reject);
    zip.on("end", resolve);
    zip.on("entry", (entry: Entry) => {
      try {
        take(entry);
        zip.readEntry();
      } catch (error) {
        reject(error);
      }
    });
    zip.readEntry();
  });
}

async function* inflate(
  zip: ZipFile,
  entry: Entry | undefined,
  file: string,
  state: { unzipped: number },
): AsyncGenerator<Buffer, void, void> {
  if (entry === undefined) throw fileError("corrupt", file, "a part is missing");
  if (entry.isEncrypted()) throw fileError("encrypted", file, "");
  let size = 0;
  let sum = 0;
  let stream: Readable | null = null;
  try {
    stream = await openStream(zip, entry);
    for await (const chunk of stream) {
      const part = chunk as Buffer;
      size += part.length;
      state.unzipped += part.length;
      sum = crc32(part, sum);
      // Counted while inflating: the sizes in the headers may lie.
      if (state.unzipped > LIMITS.unzippedBytes) {
        throw fileError("limit_exceeded", file, `more than ${LIMITS.unzippedBytes / 1024 / 1024} MB unzipped`);
      }
      if (size > 1024 * 1024 && size > LIMITS.ratio * Math.max(1, entry.compressedSize)) {
        throw fileError("limit_exceeded", file, `a part unzips to more than ${LIMITS.ratio} times its size`);
      }
      yield part;
    }
    if (sum !== entry.crc32) throw fileError("corrupt", file, "a part does not match its checksum");
  } catch (error) {
    throw asFileError(error, file);
  } finally {
    stream?.destroy();
  }
}

function openStream(zip: ZipFile, entry: Entry): Promise<Readable> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => {
      if (error !== null) reject(error);
      else resolve(stream);
    });
  });
}

function asFileError(error: unknown, file: string): unknown {
  if (error instanceof Error && error.name === "C360Error") return error;
  const { code } = error as { code?: unknown };
  if (typeof code === "string" && /^E[A-Z]+$/.test(code) && code !== "ERR") return error;
  return fileError("corrupt", file, "the zip structure is damaged or cut off");
}
