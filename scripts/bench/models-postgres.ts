import { openBackend, openTraining } from "#models";
import { openDatabase } from "#warehouse";
import { scoreStream } from "../../jobs/modelling/score-stream.ts";
import { atMost } from "./figure.ts";
import { madeUpTable } from "./made-up.ts";
import { watchMemory } from "./memory.ts";
import { measure, withFolder } from "./process.ts";
import type { Figure } from "./figure.ts";

const FEATURES = Array.from({ length: 40 }, (_unused, k) => `x${String(k)}`);

/** A million customers of 40 numbers each: read from Postgres, scored, written back, the highest tenth with reasons. */
export async function* benchPostgres(customers = 1_000_000): AsyncGenerator<Figure> {
  const backend = await openBackend();
  const made = madeUpTable(7000, FEATURES.length);
  const session = openTraining(backend, made, { target: "y", seed: 1, kinds: ["additive"] });
  if (session.status !== "trained") return;
  const { model } = session.ship(["additive"]);
  yield* await withFolder(async (dir): Promise<Figure[]> => {
    await measure(["init", "--workspace", dir]);
    await measure(["db", "start", "--workspace", dir]);
    const url = (await measure(["db", "url", "--workspace", dir])).stdout.trim();
    const db = await openDatabase(url, { applicationName: "c360 bench" });
    try {
      await db.query("create schema bench");
      await db.query(`create unlogged table bench.features (id text, ${FEATURES.join(" float8, ")} float8)`);
      await db.query("create unlogged table bench.scores (id text, value float8, rank int, band text)");
      await db.query("create unlogged table bench.reasons (id text, position int, reason text)");
      const random = FEATURES.map(() => "random()").join(", ");
      await db.query(
        `insert into bench.features select 'C' || lpad(n::text, 9, '0'), ${random} from generate_series(1, $1::int) n`,
        [customers],
      );
      await db.query("analyze bench.features");
      const memory = watchMemory();
      const [from, cpu] = [performance.now(), process.cpuUsage()];
      const { scored, explained } = await scoreStream(db, {
        model,
        query: { text: `select id, ${FEATURES.join(", ")} from bench.features order by id` },
        id: "id",
        scores: "bench.scores",
        reasons: "bench.reasons",
        explained: 0.1,
        threads: 2,
      });
      const seconds = (performance.now() - from) / 1000;
      const what = `${scored.toLocaleString("en")} x ${String(FEATURES.length)} from Postgres and back`;
      return [
        atMost(`${what}, ${explained.toLocaleString("en")} with reasons`, seconds, "s", 180),
        { what: "of which this process computed", value: Math.round(process.cpuUsage(cpu).user / 1e6), unit: "s" },
        atMost("memory", memory(), "MB", 2000),
      ];
    } finally {
      await db.close();
    }
  });
}
