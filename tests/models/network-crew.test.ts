import { describe, expect, it } from "vitest";
import { seededRandom } from "#core";
import { openBackend, readColumns } from "#models";
import { openNetworkCrew } from "../../jobs/modelling/network-crew.ts";
import { alone, trainNetworks } from "../../models/fold-networks.ts";
import type { FoldData } from "#models";

const FOLDS = 3;

/** Rows of two numbers, one of which tells something. */
function rows(many: number): FoldData {
  const random = seededRandom(4);
  const table = { rows: many, columns: { a: [] as number[], b: [] as number[] } };
  const labels = new Float64Array(many);
  for (let i = 0; i < many; i += 1) {
    table.columns.a.push(random());
    table.columns.b.push(random());
    labels[i] = random() < (table.columns.a[i] ?? 0) ? 1 : 0;
  }
  const folds = Int32Array.from(labels, (_label, i) => i % FOLDS);
  return { columns: readColumns(table, { a: "number", b: "number" }), labels, folds, foldCount: FOLDS, seed: 3 };
}

describe("networks trained by two threads", () => {
  it("are to the bit those of one thread, and none is lost", async () => {
    const backend = await openBackend();
    const data = rows(300);
    const one = trainNetworks(backend, data, alone());
    const crew = openNetworkCrew(data);
    // This thread is at other work meanwhile: the other one has begun.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const both = trainNetworks(backend, data, crew);
    expect(both.parts).toHaveLength(FOLDS);
    expect(both).toEqual(one);
    expect(both.logLoss).toBeLessThan(0.69);
  });
});
