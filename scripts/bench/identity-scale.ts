import { createReadStream } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { readTableFile, writeTableFile } from "../../jobs/table-files.ts";
import { atLeast, atMost } from "./figure.ts";
import type { Figure } from "./figure.ts";
import { writePeople } from "./identity-people.ts";
import { IDENTITY_SETS, PEOPLE_MAP, setFile } from "./identity-sets.ts";
import { measure } from "./process.ts";
import type { Measured } from "./process.ts";

interface LinkReport {
  readonly rows: number;
  readonly candidates: number;
  readonly seconds: Readonly<Record<string, number>>;
  readonly cpu_seconds: number;
}

interface Scaled {
  readonly run: Measured;
  readonly report: LinkReport;
}

async function link(records: string, map: string, dir: string, ...more: string[]): Promise<Scaled> {
  await writeFile(join(dir, "map.yaml"), map);
  const out = ["--out", join(dir, "clusters.csv"), "--report", join(dir, "report.json")];
  const run = await measure(["link", records, "--fields", join(dir, "map.yaml"), ...out, "--json", ...more]);
  if (run.status !== 0) throw new Error(`exit ${String(run.status ?? run.signal)}: ${run.stderr.slice(-500)}`);
  return { run, report: JSON.parse(await readFile(join(dir, "report.json"), "utf8")) as LinkReport };
}

/** The set of a hundred thousand rows, and the same in one thread: time, memory, candidates, equal clusters. */
export async function* benchScale(dir: string): AsyncGenerator<Figure> {
  const set = scaleSet();
  if (set === null) return;
  const candidates = join(dir, "candidates.csv");
  yield* scaled("scale_100k", await link(set.records, set.map, dir, "--candidates", candidates), {
    seconds: 10,
    megabytes: 1024,
  });
  yield* candidateFigures("scale_100k", candidates, set.truth);
  const clusters = await readFile(join(dir, "clusters.csv"), "utf8");
  await link(set.records, set.map, dir, "--threads", "1");
  const same = (await readFile(join(dir, "clusters.csv"), "utf8")) === clusters;
  yield { what: "scale_100k: one thread and two give identical clusters", value: same, bar: "true", met: same };
}

const MILLION = 1_100_000;

/** A million made records, five sources. */
export async function* benchMillion(dir: string): AsyncGenerator<Figure> {
  const [records, truth] = [join(dir, "million.csv"), join(dir, "million-truth.csv")];
  const { rows, entities } = await writePeople({ records, truth }, MILLION, 1);
  yield { what: "million: records made", value: rows };
  yield { what: "million: customers made", value: entities };
  const candidates = join(dir, "candidates.csv");
  const made = await link(records, PEOPLE_MAP, dir, "--candidates", candidates);
  yield* scaled("million", made, { seconds: 90, megabytes: 3072 });
  yield* candidateFigures("million", candidates, truth);
}

/** What one value shared by every record of a large list costs. */
export async function* benchShared(dir: string): AsyncGenerator<Figure> {
  const set = scaleSet();
  if (set === null) return;
  const plain = await link(set.records, set.map, dir);
  const table = await readTableFile(set.records, { text: true });
  const second = table.names.indexOf("phone2");
  const rows = Array.from({ length: table.rows }, (_row, at) =>
    table.columns.map((column, index) => (index === second ? "876-926-0000" : (column[at] ?? null))),
  );
  await writeTableFile(join(dir, "shared.csv"), table.names, rows);
  const shared = await link(join(dir, "shared.csv"), set.map, dir);
  const more = shared.report.cpu_seconds / plain.report.cpu_seconds - 1;
  yield atMost("one phone shared by all of scale_100k: processor time more", more, "share", 0.05);
  const seconds = shared.run.seconds / plain.run.seconds - 1;
  yield atMost("one phone shared by all of scale_100k: time more", seconds, "share", 0.05);
  const memory = shared.run.peakMb - plain.run.peakMb;
  yield atMost("one phone shared by all of scale_100k: memory more", memory, "MB", 50);
}

function scaleSet(): { records: string; truth: string; map: string } | null {
  const set = IDENTITY_SETS.find(({ folder }) => folder === "scale_100k");
  const [records, truth] = [setFile("scale_100k", "records.csv"), setFile("scale_100k", "truth.csv")];
  return set === undefined || records === null || truth === null ? null : { records, truth, map: set.map };
}

function* scaled(
  name: string,
  { run, report }: Scaled,
  bars: { readonly seconds: number; readonly megabytes: number },
): Generator<Figure> {
  for (const [phase, seconds] of Object.entries(report.seconds))
    if (phase !== "total") yield { what: `${name}: seconds to ${phase}`, value: Math.round(seconds * 100) / 100 };
  yield { what: `${name}: processor seconds`, value: report.cpu_seconds, unit: "s" };
  yield atMost(`${name}: seconds with the start of the program`, run.seconds, "s", bars.seconds);
  yield atMost(`${name}: peak memory`, run.peakMb, "MB", bars.megabytes);
}

/** Share of true pairs that were compared, and pairs compared for each record; files are read line by line. */
async function* candidateFigures(name: string, file: string, truth: string): AsyncGenerator<Figure> {
  const entities = new Map<string, string>();
  for await (const [record, entity] of pairsOf(truth)) entities.set(record, entity);
  const sizes = new Map<string, number>();
  for (const entity of entities.values()) sizes.set(entity, (sizes.get(entity) ?? 0) + 1);
  let all = 0;
  for (const size of sizes.values()) all += (size * (size - 1)) / 2;
  let [hit, compared] = [0, 0];
  for await (const [left, right] of pairsOf(file)) {
    compared += 1;
    if (entities.get(left) === entities.get(right)) hit += 1;
  }
  yield atLeast(`${name}: candidate recall`, all === 0 ? 1 : hit / all, 0.93);
  yield atMost(`${name}: candidates per record`, compared / entities.size, "", 12);
}

async function* pairsOf(file: string): AsyncGenerator<readonly [string, string]> {
  let isHead = true;
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    if (!isHead) {
      const [one = "", two = ""] = line.split(",");
      yield [one, two];
    }
    isHead = false;
  }
}
