import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { C360Error, seededRandom } from "#core";
import type { Random } from "#core";
import { readCells, readTables } from "#connectors";
import type { Figure } from "./figure.ts";
import { SPOILS, processorMs, spoiledInputs } from "./mutate.ts";
import { unzipParts, zipParts } from "./zip-parts.ts";

const COUNT = 10_000;
const HANG_MS = 10_000;
const FIXTURES = new URL("../../tests/fixtures/connectors/excel/", import.meta.url);

/** What spoiled files did. */
export interface FileDamage {
  readonly inputs: number;
  crashes: number;
  hangs: number;
  /** Files that are told to be in order though content of theirs did not come out. */
  losses: number;
  /** Longest time for one file, in milliseconds. */
  slowest: number;
  first: string;
}

/** Spoiled workbooks and text tables of every format: nothing may crash, hang or get lost without a word. */
export async function* benchMutationsFiles(): AsyncGenerator<Figure> {
  const damage = await spoilFiles(COUNT, 11);
  yield { what: "spoiled files", value: damage.inputs };
  yield { what: "slowest file", value: Math.round(damage.slowest), unit: "ms" };
  for (const what of ["crashes", "hangs", "losses"] as const) {
    yield { what: `files: ${what}`, value: damage[what], bar: "0", met: damage[what] === 0 };
  }
  if (damage.first !== "") yield { what: "files: the first", value: damage.first };
}

/** Reads `count` spoiled files, the same for the same seed. */
export async function spoilFiles(count: number, seed: number): Promise<FileDamage> {
  const damage: FileDamage = { inputs: count, crashes: 0, hangs: 0, losses: 0, slowest: 0, first: "" };
  const dir = await mkdtemp(join(tmpdir(), "spoiled-"));
  try {
    const seeds = await fileSeeds();
    const whole = new Map<string, number>();
    for (const [name, bytes] of Object.entries(seeds)) whole.set(name, (await readOne(dir, name, bytes)).cells);
    for (const { seed: name, how, bytes } of spoiled(seeds, count, seededRandom(seed))) {
      const started = processorMs();
      try {
        const found = await readOne(dir, name, bytes);
        if (isLoss(name, how, bytes, found, whole.get(name) ?? 0)) note(damage, "losses", `${name}, ${how}`);
      } catch (error) {
        if (!(error instanceof C360Error) || error.class === "bug") {
          note(damage, "crashes", `${name}, ${how}: ${error instanceof Error ? (error.stack ?? "") : String(error)}`);
        }
      }
      const taken = processorMs() - started;
      damage.slowest = Math.max(damage.slowest, taken);
      if (taken > HANG_MS) note(damage, "hangs", `${name}, ${how}`);
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
  return damage;
}

function note(damage: FileDamage, what: "crashes" | "hangs" | "losses", text: string): void {
  damage[what] += 1;
  if (damage.first === "") damage.first = `${what}: ${text}`;
}

async function fileSeeds(): Promise<Readonly<Record<string, Buffer>>> {
  const seeds: Record<string, Buffer> = {
    "plain.csv": Buffer.from(csv(",")),
    "marked.csv": Buffer.from(`\ufeff${csv(";")}`),
    "wide.tsv": Buffer.from(`\ufeff${csv("\t")}`, "utf16le"),
    "western.csv": Buffer.from(csv(";").replaceAll("Ç", "c"), "latin1"),
  };
  for (const name of (await readdir(FIXTURES)).sort()) {
    const healthy = !/passtika|xmlbomb|invalid|null_archive|clusterfuzz/.test(name);
    if (healthy && extname(name) !== ".json") seeds[name] = await readFile(new URL(name, FIXTURES));
  }
  return seeds;
}

function csv(delimiter: string): string {
  const rows = Array.from({ length: 40 }, (_, n) => [
    `R${n}`,
    n % 3 === 0 ? `"Çelik, ""Renée"" ${n}"` : `José ${n}`,
    `2026-01-${String((n % 28) + 1).padStart(2, "0")}`,
    `${n}.50`,
  ]);
  return [["No", "Name", "Date", "Amount"], ...rows].map((row) => row.join(delimiter)).join("\r\n");
}

interface SpoiledFile {
  readonly seed: string;
  readonly how: string;
  readonly bytes: Buffer;
}

/** Files spoiled from outside, and in every second zip one part spoiled inside an archive that is whole. */
function* spoiled(seeds: Readonly<Record<string, Buffer>>, count: number, random: Random): Generator<SpoiledFile> {
  let n = 0;
  for (const file of spoiledInputs(seeds, count, random)) {
    n += 1;
    const original = seeds[file.seed] ?? Buffer.alloc(0);
    if (n % 2 === 0 && original.subarray(0, 2).toString("latin1") === "PK")
      yield insideOut(file.seed, original, random);
    else yield file;
  }
}

const XML_SPOILS: readonly ((text: string, random: Random) => string)[] = [
  (text) => text.replace(/ r="[A-Z]+(\d+)"/g, ' r="XFZ$1"'),
  (text, random) => text.replace(/<v>[^<]*/g, (whole) => (random() < 0.2 ? `<v>${"9".repeat(40)}` : whole)),
  (text) => text.replace(/<row[^>]*>/, (whole) => `${whole}${"<c/>".repeat(20_000)}`),
  (text) => text.replace(/repeated="\d+"/g, 'repeated="999999999"'),
  (text) => `<!DOCTYPE a [<!ENTITY b "${"c".repeat(1000)}">]>${text}`,
  (text) => text.replace(/<sheetData>/, `<sheetData>${"<x>".repeat(5000)}`),
  (text) => text.replace(/Target="[^"]*"/, 'Target="../../../../etc/passwd%ff"'),
  (text) => text.replace(/ s="\d+"/g, ' s="-1"').replace(/ t="s"/g, ' t="z"'),
];

function insideOut(seed: string, archive: Buffer, random: Random): SpoiledFile {
  const parts = unzipParts(archive);
  const names = [...parts.keys()];
  const name = names[Math.floor(random() * names.length)] ?? "";
  const data = parts.get(name) ?? Buffer.alloc(0);
  const ways = Object.entries(SPOILS);
  const [how, spoil] = ways[Math.floor(random() * ways.length)] ?? ["", (same: Buffer) => same];
  const xml = XML_SPOILS[Math.floor(random() * XML_SPOILS.length)];
  if (random() < 0.5 && xml !== undefined) parts.set(name, Buffer.from(xml(data.toString("utf8"), random)));
  else if (random() < 0.1) parts.delete(name);
  else parts.set(name, spoil(data, random));
  return { seed, how: `inside ${name}: ${how}`, bytes: zipParts(parts) };
}

interface Found {
  readonly good: boolean;
  readonly cells: number;
  /** Letters and digits of ASCII in the cells. */
  readonly letters: number;
}

async function readOne(dir: string, name: string, bytes: Buffer): Promise<Found> {
  const path = join(dir, `file${extname(name)}`);
  await writeFile(path, bytes);
  const found = { good: false, cells: 0, letters: 0 };
  for await (const line of readCells(path)) {
    if ("verdict" in line) found.good = line.verdict === "ok";
    else {
      found.cells += 1;
      if (typeof line.value === "string") found.letters += lettersOf(line.value);
    }
  }
  for await (const line of readTables(path)) JSON.stringify(line);
  return found;
}

function lettersOf(text: string): number {
  return text.match(/[A-Za-z0-9]/g)?.length ?? 0;
}

/** Told to be in order, and yet less came out than went in. Inside a whole archive, the damage is the content. */
function isLoss(name: string, how: string, bytes: Buffer, found: Found, cells: number): boolean {
  if (!found.good || how.startsWith("inside")) return false;
  if (![".csv", ".tsv"].includes(extname(name))) return found.cells < cells;
  // What is read as two bytes to a letter is counted so: pairs of plain letters are one letter of another script then.
  const text = name === "wide.tsv" ? bytes.toString("utf16le") : bytes.toString("latin1");
  return found.letters < lettersOf(text) * 0.98 - 8;
}
