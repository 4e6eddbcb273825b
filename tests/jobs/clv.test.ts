import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "#core";
import { run } from "../../jobs/commands/clv.ts";

const FIXTURES = join(import.meta.dirname, "../fixtures/models/clv");

interface Report {
  readonly model: string;
  readonly parameters: Readonly<Record<string, number>>;
  readonly log_likelihood: number;
  readonly standard_errors: Readonly<Record<string, number>>;
  readonly spend: { readonly parameters: Readonly<Record<string, number>>; readonly log_likelihood: number };
  readonly guards: readonly string[];
  readonly notices: readonly string[];
}

describe("c360 clv", () => {
  let dir = "";
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "c360-clv-"));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  const estimate = async (
    args: readonly string[],
    options: Readonly<Record<string, string | boolean>>,
  ): Promise<{ rows: Record<string, string>[]; report: Report; text: string }> => {
    const [out, report] = [join(dir, "values.csv"), join(dir, "report.json")];
    expect(await run({ args, options: { out, report, json: false, ...options } })).toBe(0);
    const text = await readFile(out, "utf8");
    return {
      text,
      rows: parse(text, { columns: true }) as Record<string, string>[],
      report: JSON.parse(await readFile(report, "utf8")) as Report,
    };
  };
  const cdnow = { summary: join(FIXTURES, "cdnow-summary.csv"), unit: "w" };

  it("finds the published BG/NBD and gamma-gamma fit of CDNOW, and its discounted values", async () => {
    const { rows, report, text } = await estimate([], { ...cdnow, model: "bg-nbd", horizon: "12m", discount: "0.01" });
    expect(text.split(/\r?\n/)[0]).toBe(
      "customer,frequency,recency,age,p_alive,expected_purchases,expected_value,low_80,high_80",
    );
    expect(report.parameters["r"]).toBeCloseTo(0.2426, 4);
    expect(report.parameters["alpha"]).toBeCloseTo(4.4135, 3);
    expect(report.parameters["a"]).toBeCloseTo(0.7929, 4);
    expect(report.parameters["b"]).toBeCloseTo(2.4258, 3);
    expect(report.log_likelihood).toBeCloseTo(-9582.426, 2);
    expect(report.standard_errors["alpha"]).toBeCloseTo(0.378, 2);
    expect(report.spend.parameters["p"]).toBeCloseTo(6.249, 2);
    expect(report.spend.parameters["v"]).toBeCloseTo(15.448, 2);
    expect(report.spend.log_likelihood).toBeCloseTo(-4055.923, 2);
    const monthly = await estimate([], { ...cdnow, unit: "d", model: "bg-nbd", horizon: "360d", discount: "0.01" });
    const published: Readonly<Record<string, number>> = { "1": 140.1, "2": 18.94, "3": 38.18, "6": 1003.87 };
    for (const [id, value] of Object.entries(published)) {
      const found = Number(monthly.rows.find(({ customer }) => customer === id)?.["expected_value"]);
      expect(found / value).toBeCloseTo(1, 3);
    }
    expect(rows).toHaveLength(2357);
  });

  it("finds the published Pareto/NBD fit of CDNOW", async () => {
    const { report } = await estimate([], { ...cdnow, model: "pareto-nbd", horizon: "39w" });
    expect(report.parameters["r"]).toBeCloseTo(0.5533, 3);
    expect(report.parameters["alpha"]).toBeCloseTo(10.578, 2);
    expect(report.parameters["s"]).toBeCloseTo(0.6062, 3);
    expect(report.parameters["beta"]).toBeCloseTo(11.668, 1);
    expect(Math.abs(report.log_likelihood + 9594.974)).toBeLessThan(0.002);
  });

  it("finds the published BG/BB fit of donors, with their weights", async () => {
    const summary = join(FIXTURES, "donations.csv");
    const { rows, report } = await estimate([], { summary, donations: true, horizon: "5y" });
    expect(report.model).toBe("bg-bb");
    expect(report.parameters["alpha"]).toBeCloseTo(1.2035, 3);
    expect(report.parameters["delta"]).toBeCloseTo(2.7835, 3);
    expect(report.log_likelihood).toBeCloseTo(-33225.58, 1);
    const donors = parse(await readFile(summary, "utf8"), { columns: true }) as Record<string, string>[];
    const gifts = rows.reduce(
      (sum, row, i) => sum + Number(row["expected_purchases"]) * Number(donors[i]?.["weights"]),
      0,
    );
    expect(Math.abs(gifts - 12_884)).toBeLessThan(1);
  });

  it("gives everybody with a purchase by the day one row of finite numbers, whatever the file holds", async () => {
    const random = seededRandom(5);
    const lines = ["client,when,total"];
    for (let i = 0; i < 400; i += 1) {
      for (let n = 0; n <= Math.floor(6 * random() ** 2); n += 1) {
        const day = new Date(Date.UTC(2024, 0, 1 + Math.floor(500 * random()))).toISOString().slice(0, 10);
        lines.push(`00${String(i)},${day},"${(10 + 90 * random()).toFixed(2)}"`);
      }
    }
    lines.push("huge,2024-03-01,9000000", "back,2024-03-01,50", "back,2024-03-09,-50", "free,2024-04-01,0");
    lines.push(",2024-01-01,5", "bad,31st,5", "bad,2024-01-01,none", "late,2026-01-01,10", "today,2025-06-01,10");
    const file = join(dir, "sales.csv");
    await writeFile(file, `${lines.join("\n")}\n`);
    const columns = { customer: "client", date: "when", amount: "total", until: "2025-06-01", horizon: "26w" };
    for (const model of ["auto", "mbg-cnbd-k", "ziln", "rule"]) {
      const { rows, report } = await estimate([file], { ...columns, model });
      const ids = rows.map(({ customer }) => customer);
      expect(new Set(ids).size).toBe(404);
      for (const id of ["000", "huge", "back", "free", "today"]) expect(ids).toContain(id);
      for (const id of ["late", "bad", ""]) expect(ids).not.toContain(id);
      for (const { customer: _id, ...numbers } of rows) {
        const [low, value, high] = [numbers["low_80"], numbers["expected_value"], numbers["high_80"]].map(Number);
        expect(Object.values(numbers).every((text) => text !== "" && Number.isFinite(Number(text)))).toBe(true);
        expect((low ?? 0) <= (value ?? 0) && (value ?? 0) <= (high ?? 0)).toBe(true);
      }
      expect(report.notices).toHaveLength(3);
    }
  });

  it("never refuses a small file: it says what the figures rest on", async () => {
    const file = join(dir, "few.csv");
    await writeFile(file, "c,d,v\nA,2024-01-01,10\nB,2024-02-01,20\nB,2024-03-01,30\n");
    const { rows, report } = await estimate([file], { customer: "c", date: "d", amount: "v", horizon: "90d" });
    expect(rows.map(({ customer }) => customer)).toEqual(["A", "B"]);
    expect(report.guards.join(" ")).toContain("only 1 customers bought again");
  });

  it("says which column is missing", async () => {
    const file = join(dir, "few.csv");
    const wrong = run({
      args: [file],
      options: { customer: "nobody", date: "d", horizon: "9w", out: join(dir, "x.csv") },
    });
    await expect(wrong).rejects.toThrow("has no column nobody");
  });
});
