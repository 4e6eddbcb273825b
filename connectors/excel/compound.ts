import { fileError } from "./limits.ts";

/** A compound file ([MS-CFB]) held in memory: streams by name. */
export interface CompoundFile {
  readonly names: readonly string[];
  /** Bytes of a stream found by its name whatever its case; null when there is none. Throws FILE_CORRUPT. */
  stream(name: string): Buffer | null;
}

const FREE = 0xfffffffa;
const END = 0xfffffffe;
const MINI_CUTOFF = 4096;

interface Entry {
  readonly name: string;
  readonly type: number;
  readonly start: number;
  readonly size: number;
}

/** Opens a compound file. Every chain is followed at most once through each sector. Throws FILE_CORRUPT. */
export function openCompound(bytes: Buffer, file: string): CompoundFile {
  const damaged = (): Error => fileError("corrupt", file, "its inner directory is damaged or cut off");
  if (bytes.length < 512) throw damaged();
  const shift = bytes.readUInt16LE(30);
  if (shift !== 9 && shift !== 12) throw damaged();
  const size = 1 << shift;
  const sector = (id: number): Buffer => {
    const from = (id + 1) * size;
    // The last sector may be cut short by a writer that saves no padding.
    if (id >= FREE || from >= bytes.length) throw damaged();
    return bytes.subarray(from, Math.min(from + size, bytes.length));
  };
  const table = allocationTable(bytes, sector, damaged);
  const chain = (start: number, links: readonly number[], read: (id: number) => Buffer): Buffer => {
    const parts: Buffer[] = [];
    for (let id = start; id !== END; id = links[id] ?? 0) {
      if (id >= FREE || id >= links.length || parts.length > links.length) throw damaged();
      parts.push(read(id));
    }
    return Buffer.concat(parts);
  };
  const entries = readDirectory(chain(bytes.readUInt32LE(48), table, sector));
  const root = entries.find(({ type }) => type === 5);
  if (root === undefined) throw damaged();
  let small: { readonly links: readonly number[]; readonly bytes: Buffer } | null = null;
  const mini = (): { readonly links: readonly number[]; readonly bytes: Buffer } =>
    (small ??= {
      links: numbers(bytes.readUInt32LE(64) === 0 ? Buffer.alloc(0) : chain(bytes.readUInt32LE(60), table, sector)),
      bytes: chain(root.start, table, sector),
    });
  return {
    names: entries.filter(({ type }) => type === 2).map(({ name }) => name),
    stream: (name) => {
      const entry = entries.find((one) => one.type === 2 && one.name.toLowerCase() === name.toLowerCase());
      if (entry === undefined) return null;
      if (entry.size === 0) return Buffer.alloc(0);
      const whole =
        entry.size < MINI_CUTOFF
          ? chain(entry.start, mini().links, (id) => mini().bytes.subarray(id * 64, id * 64 + 64))
          : chain(entry.start, table, sector);
      if (whole.length < entry.size) throw damaged();
      return whole.subarray(0, entry.size);
    },
  };
}

/** The table of sector chains: its own sectors are listed in the header, and in further sectors of large files. */
function allocationTable(bytes: Buffer, sector: (id: number) => Buffer, damaged: () => Error): number[] {
  const ids = numbers(bytes.subarray(76, 512)).filter((id) => id < FREE);
  let next = bytes.readUInt32LE(68);
  const seen = new Set<number>();
  while (next < FREE) {
    if (seen.has(next)) throw damaged();
    seen.add(next);
    const list = numbers(sector(next));
    next = list.pop() ?? END;
    ids.push(...list.filter((id) => id < FREE));
  }
  if (ids.length * 512 > bytes.length + 512) throw damaged();
  return ids.flatMap((id) => numbers(sector(id)));
}

function numbers(bytes: Buffer): number[] {
  const list: number[] = [];
  for (let at = 0; at + 4 <= bytes.length; at += 4) list.push(bytes.readUInt32LE(at));
  return list;
}

function readDirectory(bytes: Buffer): Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at + 128 <= bytes.length; at += 128) {
    const length = Math.min(64, bytes.readUInt16LE(at + 64));
    const type = bytes.readUInt8(at + 66);
    if (type === 0 || length < 2) continue;
    const name = bytes.toString("utf16le", at, at + length - 2);
    entries.push({ name, type, start: bytes.readUInt32LE(at + 116), size: bytes.readUInt32LE(at + 120) });
  }
  return entries;
}
