import { describe, expect, it } from "vitest";
import { seededRandom } from "#core";
import { c360, withWorkspace } from "../support/c360.ts";
import type { RunAnswer } from "../support/c360.ts";
import { FAULT_POINTS } from "../support/fault-points.ts";

const SCALE = ["--scale", "0.03"];
/** How many points a test run tries; `npm run bench -- faults` tries them all. */
const SHARE = 5;

describe("a nightly run that is killed", () => {
  it("goes on without loss or doubling, to the content of an undisturbed run", async () => {
    const undisturbed = await withWorkspace(async (dir) =>
      (await c360(["demo", ...SCALE, "--workspace", dir, "--json"])).json<RunAnswer>(),
    );
    const random = seededRandom(20_260_630);
    const points = [...FAULT_POINTS]
      .map((point) => ({ point, order: random() }))
      .sort((a, b) => a.order - b.order)
      .slice(0, SHARE);
    for (const { point } of points) {
      await withWorkspace(async (dir) => {
        const killed = await c360(["demo", ...SCALE, "--workspace", dir, "--json"], { env: { C360_FAULT: point } });
        expect(killed.signal, `${point} was never reached: ${killed.stderr}`).toBe("SIGKILL");
        const resumed = await c360(["demo", ...SCALE, "--workspace", dir, "--json"]);
        expect(resumed.status, `${point}: ${resumed.stderr}`).toBe(0);
        const run = resumed.json<RunAnswer>();
        expect(run.content_hash, point).toBe(undisturbed.content_hash);
        expect(run.customers, point).toBe(undisturbed.customers);
      });
    }
  }, 600_000);
});
