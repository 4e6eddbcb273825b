import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { seededRandom } from "#core";
import { main } from "#jobs";
import { readTableFile, writeTableFile } from "../../jobs/table-files.ts";
import { normal } from "../../models/random.ts";

let dir = "";
const at = (name: string): string => join(dir, name);

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "c360-models-"));
  await writeFile(at("table.csv"), customers(700, 1));
  await writeFile(at("fresh.csv"), customers(50, 2));
  const marks = Array.from(
    { length: 700 },
    (_unused, i) => `${String(i)},${String(i % 5 === 0 ? 1 : 0)},${String(i % 5 === 1 ? 1 : 0)}`,
  );
  await writeFile(at("splits.csv"), ["row,s0,s1", ...marks].join("\n"));
});

afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

/** Customers of whom those with few days since the last order and of the first plan come back. */
function customers(rows: number, seed: number): string {
  const random = seededRandom(seed);
  const lines = ["id,day,days_since_order,plan,noise,came_back"];
  for (let i = 0; i < rows; i += 1) {
    const days = Math.floor(random() * 300);
    const plan = ["basic", "plus", "gold"][Math.floor(random() * 3)] ?? "";
    const z = 1 - days / 70 + (plan === "gold" ? 1.5 : 0) + 0.4 * normal(random);
    const came = random() < 1 / (1 + Math.exp(-z)) ? "Yes" : "No";
    lines.push([`K${String(i)}`, String(20_000 + i), String(days), plan, normal(random).toFixed(3), came].join(","));
  }
  return `${lines.join("\n")}\n`;
}

/** Runs a command; gives its exit code and what it wrote on standard output. */
async function c360(...words: string[]): Promise<{ code: number; text: string; errors: string }> {
  const lines: string[] = [];
  const errors: string[] = [];
  const out = vi.spyOn(process.stdout, "write").mockImplementation((chunk) => lines.push(String(chunk)) > 0);
  const err = vi.spyOn(process.stderr, "write").mockImplementation((chunk) => errors.push(String(chunk)) > 0);
  try {
    return { code: await main(words), text: lines.join(""), errors: errors.join("") };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
}

const table = async (name: string): Promise<string[][]> =>
  (await readFile(at(name), "utf8"))
    .trim()
    .split("\n")
    .map((line) => line.split(","));

describe("c360 model", () => {
  it("trains on a file, scores another with reasons, and explains one row to the last digit", async () => {
    const train = await c360(
      "model",
      "train",
      at("table.csv"),
      "--target",
      "came_back",
      "--id",
      "id",
      "--time",
      "day",
      "--out",
      at("m.model"),
      "--report",
      at("m.html"),
      "--json",
    );
    expect(train.code).toBe(0);
    expect(JSON.parse(train.text)).toMatchObject({ alarms: [] });
    expect(await readFile(at("m.html"), "utf8")).toContain("days_since_order");
    expect((await c360("model", "score", at("m.model"), at("fresh.csv"), "--out", at("s.csv"))).code).toBe(0);
    const [head, ...rows] = await table("s.csv");
    expect(head).toEqual(["id", "probability", "band", "reason_1", "reason_2", "reason_3"]);
    expect(rows).toHaveLength(50);
    for (const [k, [id, p, band, reason]] of rows.entries()) {
      expect(id).toBe(`K${String(k)}`);
      expect(Number(p) > 0 && Number(p) < 1).toBe(true);
      expect(["High", "Medium", "Low"]).toContain(band);
      expect(reason).toMatch(/^(raised|lowered) by /);
    }
    const told = await c360("model", "explain", at("m.model"), at("fresh.csv"), "--id", "K7", "--json");
    const one = JSON.parse(told.text) as {
      probability: number;
      base: number;
      logit: number;
      effects: { effect: number }[];
    };
    expect(one.probability).toBeCloseTo(Number(rows[7]?.[1]), 9);
    expect(one.effects.reduce((sum, { effect }) => sum + effect, one.base)).toBeCloseTo(one.logit, 4);
    expect((await c360("model", "explain", at("m.model"), at("fresh.csv"), "--id", "nobody")).code).toBe(1);
  });

  it("evaluates on splits: one row for each test row and model, in the form that others read", async () => {
    const done = await c360(
      "model",
      "evaluate",
      at("table.csv"),
      "--target",
      "came_back",
      "--drop",
      "id,day",
      "--splits",
      at("splits.csv"),
      "--models",
      "additive,logistic,rule",
      "--out",
      at("p.csv"),
      "--report",
      at("p.json"),
    );
    expect(done.errors).not.toContain("[");
    expect(done.code).toBe(0);
    const [head, ...rows] = await table("p.csv");
    expect(head).toEqual(["split", "row", "model", "probability"]);
    expect(rows).toHaveLength(2 * 140 * 3);
    const own = rows.filter(([split, , model]) => split === "s1" && model === "additive");
    expect(own.map(([, row]) => Number(row))).toEqual(Array.from({ length: 140 }, (_unused, i) => 5 * i + 1));
    const report = JSON.parse(await readFile(at("p.json"), "utf8")) as { models: { model: string; auc: number }[] };
    const [additive, , rule] = report.models;
    expect(additive?.auc).toBeGreaterThan(0.75);
    expect(additive?.auc).toBeGreaterThan((rule?.auc ?? 1) - 0.02);
  });

  it("evaluates more splits than there are processors", async () => {
    const marks = Array.from({ length: 700 }, (_unused, i) =>
      [i, ...Array.from({ length: 9 }, (_split, k) => (i % 9 === k ? 1 : 0))].join(","),
    );
    const head = ["row", ...Array.from({ length: 9 }, (_unused, k) => `s${String(k)}`)].join(",");
    await writeFile(at("nine.csv"), [head, ...marks].join("\n"));
    const words = ["model", "evaluate", at("table.csv"), "--target", "came_back", "--drop", "id,day"];
    const done = await c360(...words, "--splits", at("nine.csv"), "--models", "rule", "--out", at("n.parquet"));
    expect(done.code).toBe(0);
    const answer = await readTableFile(at("n.parquet"));
    expect(answer.names).toEqual(["split", "row", "model", "probability"]);
    expect(new Set(answer.columns[0])).toEqual(new Set(Array.from({ length: 9 }, (_unused, k) => `s${String(k)}`)));
    expect(answer.rows).toBe(700);
  });

  it.each(["xlsx", "jsonl", "parquet"])("reads tables and writes scores as %s", async (ending) => {
    const file = await readTableFile(at("table.csv"));
    const rows = Array.from({ length: file.rows }, (_unused, i) => file.columns.map((column) => column[i] ?? null));
    await writeTableFile(at(`table.${ending}`), [...file.names], rows);
    const [table, model, scores] = [at(`table.${ending}`), at(`${ending}.model`), at(`scores.${ending}`)];
    const train = await c360("model", "train", table, "--target", "came_back", "--id", "id", "--out", model, "--json");
    expect(train.code).toBe(0);
    expect((await c360("model", "score", model, table, "--out", scores, "--reasons", "2")).code).toBe(0);
    const answer = await readTableFile(scores);
    expect(answer.names).toEqual(["id", "probability", "band", "reason_1", "reason_2"]);
    expect(answer.rows).toBe(700);
    expect(answer.columns[0]?.[699]).toBe("K699");
    for (const p of answer.columns[1] ?? []) expect(Number(p) > 0 && Number(p) < 1).toBe(true);
  });

  it("evaluates by time, and recalibrates on matured outcomes", async () => {
    const words = [
      "model",
      "evaluate",
      at("table.csv"),
      "--target",
      "came_back",
      "--drop",
      "id",
      "--time",
      "day",
      "--models",
      "additive",
    ];
    expect((await c360(...words, "--out", at("t.csv"))).code).toBe(0);
    expect((await c360(...words, "--out", at("r.csv"), "--recalibrate", "300,20")).code).toBe(0);
    const [plain, rolled] = [await table("t.csv"), await table("r.csv")];
    expect(plain.slice(1).map(([, row]) => Number(row))).toEqual(Array.from({ length: 140 }, (_unused, i) => 560 + i));
    expect(rolled.slice(1).map(([, row]) => row)).toEqual(plain.slice(1).map(([, row]) => row));
    expect(rolled).not.toEqual(plain);
  });

  it("refuses with a sentence and writes nothing: too few rows, a copy of the target, alarms under --strict, no column", async () => {
    await writeFile(at("ten.csv"), customers(10, 3));
    const few = await c360("model", "train", at("ten.csv"), "--target", "came_back", "--out", at("x.model"));
    expect(few.code).toBe(1);
    expect(few.errors).toContain("at least 200 are needed");
    const lines = customers(400, 4).trim().split("\n");
    const copied = lines.map((line, i) => `${line},${i === 0 ? "again" : line.endsWith("Yes") ? "won" : "lost"}`);
    await writeFile(at("copy.csv"), copied.join("\n"));
    const copy = await c360("model", "train", at("copy.csv"), "--target", "came_back", "--out", at("x.model"));
    expect(copy.errors).toContain("again is a copy of the target");
    const filled = lines.map(
      (line, i) => `${line},${i === 0 ? "visited" : line.endsWith("Yes") && i % 4 > 0 ? "x" : ""}`,
    );
    await writeFile(at("filled.csv"), filled.join("\n"));
    const words = [
      "model",
      "evaluate",
      at("filled.csv"),
      "--target",
      "came_back",
      "--time",
      "day",
      "--models",
      "logistic",
      "--out",
      at("y.csv"),
    ];
    expect((await c360(...words, "--strict")).errors).toContain("visited");
    await expect(readFile(at("y.csv"))).rejects.toThrow("ENOENT");
    await expect(readFile(at("x.model"))).rejects.toThrow("ENOENT");
    expect((await c360(...words)).text).toContain("Alarm: visited");
    const none = await c360("model", "train", at("table.csv"), "--target", "nothing", "--out", at("x.model"));
    expect(none.code).toBe(2);
    expect((await c360("model", "score", at("table.csv"), at("table.csv"), "--out", at("z.csv"))).code).toBe(1);
  });
});
