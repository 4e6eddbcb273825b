import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBroker } from "../kafka/broker.ts";
import { FAULT_POINTS } from "../../tests/support/fault-points.ts";
import { atMost } from "./figure.ts";
import type { Figure } from "./figure.ts";
import { killedSync } from "./killed-sync.ts";
import type { KilledSyncResult } from "./killed-sync.ts";
import { answer, measure, withFolder } from "./process.ts";

const WORDS = ["demo", "--scale", "0.1"];
const SYNC = { records: 100_000, kills: 100 } as const;
const KAFKA = "3.9.1";
const SEED = 20_260_630;

/**
 * Kill -9 at random moments of a long sync over both logs, and at every step boundary of a nightly run and inside every
 * step. `embedded`, `kafka` or names of points do only those; `records=1000 kills=10` make the sync smaller.
 */
export async function* benchFaults(words: readonly string[]): AsyncGenerator<Figure> {
  const size = { ...SYNC, ...sizes(words) };
  const wanted = words.filter((word) => !word.includes("="));
  const all = wanted.length === 0;
  if (all || wanted.includes("embedded")) yield* killedOver("the embedded log", { ...size, brokers: null });
  if (all || wanted.includes("kafka")) yield* killedOverKafka(size);
  const points = all ? FAULT_POINTS : wanted.filter((word) => FAULT_POINTS.includes(word));
  if (points.length > 0) yield* killedNightly(points);
}

function sizes(words: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    words.filter((word) => word.includes("=")).map((word) => [word.split("=")[0], Number(word.split("=")[1])]),
  );
}

async function* killedOverKafka(size: { readonly records: number; readonly kills: number }): AsyncGenerator<Figure> {
  const dir = await mkdtemp(join(tmpdir(), "c360-bench-kafka-"));
  const broker = await startBroker({ version: KAFKA, dir });
  try {
    yield* killedOver(`Kafka ${KAFKA}`, { ...size, brokers: broker.address });
  } finally {
    await broker.stop({ now: true });
    await rm(dir, { recursive: true, force: true });
  }
}

async function* killedOver(
  where: string,
  size: { readonly records: number; readonly kills: number; readonly brokers: string | null },
): AsyncGenerator<Figure> {
  const result: KilledSyncResult = await killedSync({ ...size, seed: SEED });
  const steps = Object.entries(result.steps).map(([step, n]) => `${step} ${n}`);
  const kills = { what: `${where}: kill -9 in a sync of ${size.records} records`, value: result.kills };
  yield { ...kills, unit: `kills (${steps.join(", ")}), ${result.rounds} syncs`, met: result.kills >= size.kills };
  yield atMost(`${where}: records lost`, result.lost, "", 0);
  yield atMost(`${where}: records doubled`, result.doubled, "", 0);
  yield atMost(`${where}: reads whose sums do not hold`, result.unbalanced, "", 0);
}

async function* killedNightly(points: readonly string[]): AsyncGenerator<Figure> {
  const undisturbed = await withFolder(async (dir) => answer(await measure([...WORDS, "--workspace", dir, "--json"])));
  let wrong = 0;
  for (const point of points) {
    const figure = await withFolder(async (dir): Promise<Figure> => {
      const killed = await measure([...WORDS, "--workspace", dir, "--json"], { C360_FAULT: point });
      if (killed.signal !== "SIGKILL") return { what: `kill -9 at ${point}`, value: "never reached", met: false };
      const resumed = answer(await measure([...WORDS, "--workspace", dir, "--json"]));
      const equal =
        resumed["content_hash"] === undisturbed["content_hash"] && resumed["records"] === undisturbed["records"];
      return { what: `kill -9 at ${point}`, value: equal ? "equal" : "different", met: equal };
    });
    if (figure.met !== true) wrong += 1;
    yield figure;
  }
  yield atMost("points after which the content differs", wrong, `of ${points.length}`, 0);
}
