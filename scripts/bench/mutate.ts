import type { Random } from "#core";

/** One way in which an input is spoiled. */
export type Spoil = (bytes: Buffer, random: Random) => Buffer;

const HOSTILE = [
  "\u0000",
  "<!DOCTYPE x [<!ENTITY a 'aaaa'>]>",
  "</script><script>",
  "<!--",
  "]]>",
  '{"a":'.repeat(2000),
  "[".repeat(5000),
  "<div>".repeat(3000),
  '<div itemscope itemprop="a">'.repeat(300),
  "\ud800",
  "1e99999",
  '"__proto__":{"polluted":true},',
  " itemref='a b a' id='a'",
  "9".repeat(400),
  "\u202e",
  "\r",
];

const at = (bytes: Buffer, random: Random): number => Math.floor(random() * bytes.length);

/** Ways to spoil any text or bytes. */
export const SPOILS: Readonly<Record<string, Spoil>> = {
  truncated: (bytes, random) => bytes.subarray(0, at(bytes, random)),
  "bits flipped": (bytes, random) => {
    const copy = Buffer.from(bytes);
    for (let n = 0; n < 1 + Math.floor(random() * 20) && copy.length > 0; n += 1) {
      const where = at(copy, random);
      copy[where] = (copy[where] ?? 0) ^ (1 << Math.floor(random() * 8));
    }
    return copy;
  },
  "a part taken out": (bytes, random) => {
    const [from, to] = [at(bytes, random), at(bytes, random)].sort((a, b) => a - b);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  "a part doubled": (bytes, random) => {
    const [from, to] = [at(bytes, random), at(bytes, random)].sort((a, b) => a - b);
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  },
  "wrong encoding": (bytes, random) =>
    random() < 0.5 ? Buffer.from(bytes.toString("utf8"), "utf16le") : Buffer.from(bytes.toString("utf8"), "latin1"),
  "something hostile put in": (bytes, random) => {
    const where = at(bytes, random);
    const what = HOSTILE[Math.floor(random() * HOSTILE.length)] ?? "";
    return Buffer.concat([bytes.subarray(0, where), Buffer.from(what), bytes.subarray(where)]);
  },
  "names changed": (bytes, random) => {
    const words = bytes.toString("utf8").match(/[A-Za-z@:-]{3,}/g) ?? [];
    const word = words[Math.floor(random() * words.length)] ?? "x";
    const other = words[Math.floor(random() * words.length)] ?? "y";
    return Buffer.from(bytes.toString("utf8").replaceAll(word, other));
  },
  "another kind of file": (_bytes, random) =>
    Buffer.from(random() < 0.5 ? "504b0304140000000800" : "89504e470d0a1a0a0000", "hex"),
};

/** A spoiled input: what was done to which seed. */
export interface Spoiled {
  readonly seed: string;
  readonly how: string;
  readonly bytes: Buffer;
}

/** `count` spoiled inputs, the same for the same random source. Every third one is spoiled twice. */
export function* spoiledInputs(
  seeds: Readonly<Record<string, Buffer>>,
  count: number,
  random: Random,
): Generator<Spoiled> {
  const names = Object.keys(seeds);
  const ways = Object.entries(SPOILS);
  for (let n = 0; n < count; n += 1) {
    const seed = names[n % names.length] ?? "";
    const [how, spoil] = ways[Math.floor(random() * ways.length)] ?? ["", (same: Buffer) => same];
    let bytes = spoil(seeds[seed] ?? Buffer.alloc(0), random);
    if (n % 3 === 2) bytes = (ways[Math.floor(random() * ways.length)]?.[1] ?? spoil)(bytes, random);
    yield { seed, how, bytes };
  }
}

/** Milliseconds that this process has had of the processor: what else the machine does is no hang. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
