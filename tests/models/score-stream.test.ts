import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "#core";
import { openBackend, openTraining, scoreTable, tableFromRows } from "#models";
import type { Cell } from "#models";
import { reasonTexts } from "../../jobs/modelling/model-reasons.ts";
import { scoreStream } from "../../jobs/modelling/score-stream.ts";
import { withDatabase } from "../support/postgres.ts";
import type { TestDatabase } from "../support/postgres.ts";

const MANY = 12_000;
const backend = await openBackend({ prefer: "wasm" });

/** Customers with gaps and towns of which one appears late; the outcome hangs on both columns. */
function customers(many: number): Record<string, Cell>[] {
  const random = seededRandom(4);
  return Array.from({ length: many }, (_unused, i) => {
    const spend = random() < 0.1 ? null : Math.round(1000 * random());
    const town = i > 7000 && random() < 0.3 ? "west" : ["north", "south", null][Math.floor(3 * random())]!;
    const z = (spend ?? 500) / 250 - 2 + (town === "north" ? 1 : 0);
    return { id: `C${String(i).padStart(6, "0")}`, spend, town, y: random() < 1 / (1 + Math.exp(-z)) ? 1 : 0 };
  });
}

describe("scoring from Postgres and back", () => {
  let db: TestDatabase;
  const rows = customers(MANY);
  beforeAll(async () => {
    db = await withDatabase();
    await db.query("create schema bench");
    await db.query("create table bench.customers (id text, spend float8, town text)");
    await db.query("create table bench.scores (id text, value float8, rank int, band text)");
    await db.query("create table bench.reasons (id text, position int, reason text)");
    const values = rows.map(({ id, spend, town }) => [id, spend, town] as [string, number | null, string | null]);
    await db.transaction((tx) => db.copyIn(tx, "bench.customers", ["id", "spend", "town"], values));
  });
  afterAll(() => db.drop());

  it("gives everybody what scoring the table gives, and reasons to the highest alone", async () => {
    const learnt = tableFromRows(rows.slice(0, 3000), ["spend", "town", "y"]);
    const session = openTraining(backend, learnt, { target: "y", seed: 1, kinds: ["additive"] });
    if (session.status !== "trained") throw new Error(session.reason);
    const { model } = session.ship(["additive"]);
    const done = await scoreStream(db, {
      model,
      query: { text: "select id, spend, town from bench.customers where id < $1 order by id", values: ["C9"] },
      id: "id",
      scores: "bench.scores",
      reasons: "bench.reasons",
      explained: 0.1,
      threads: 2,
    });
    expect(done).toEqual({ scored: MANY, explained: MANY / 10 });
    const told = scoreTable(backend, model, tableFromRows(rows, ["spend", "town"]));
    const order = rows.map((_row, i) => i).sort((a, b) => told.probabilities[b]! - told.probabilities[a]! || a - b);
    const scores = await db.query<{ id: string; value: number; rank: number; band: string }>(
      "select id, value, rank, band from bench.scores order by rank",
    );
    expect(scores.rows).toEqual(
      order.map((i, k) => ({ id: rows[i]!["id"], value: told.probabilities[i], rank: k + 1, band: told.bands[i] })),
    );
    const reasons = await db.query<{ id: string; reason: string }>(
      "select r.id, r.reason from bench.reasons r join bench.scores s on s.id = r.id order by s.rank, r.position",
    );
    const wanted = order.slice(0, MANY / 10).flatMap((i) => {
      const row = rows[i]!;
      return reasonTexts(model, told.effects[i]!, (name) => row[name] ?? null, 3).map((reason) => ({
        id: row["id"],
        reason,
      }));
    });
    expect(reasons.rows).toEqual(wanted);
  });
});
