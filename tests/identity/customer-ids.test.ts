import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assignCustomerIds } from "#identity";
import type { CustomerIdRow } from "#identity";

type Partition = readonly (readonly string[])[];
const rowsOf = (partition: Partition): { key: string; clusterAnchor: string }[] =>
  partition.flatMap((keys) => keys.map((key) => ({ key, clusterAnchor: [...keys].sort()[0] ?? key })));

function run(
  partition: Partition,
  before?: { ledger: readonly CustomerIdRow[]; assignment: ReadonlyMap<string, string> },
  asOf = "2026-01-01",
  runId = "run",
) {
  return assignCustomerIds({
    clusters: rowsOf(partition),
    ledger: before?.ledger ?? [],
    ...(before === undefined ? {} : { crosswalk: before.assignment }),
    mint: { runId, asOf },
  });
}

describe("customer ids", () => {
  it("stay when nothing changes, and no event is written", () => {
    const first = run([["a", "b"], ["c"]]);
    const second = run([["a", "b"], ["c"]], first, "2026-01-02");
    expect(second.assignment).toEqual(first.assignment);
    expect(second.ledger).toEqual(first.ledger);
    expect(second.events).toEqual([]);
  });

  it("keep the older id when customers merge, and give the other one back when they part", () => {
    const first = run([["b"]], undefined, "2026-01-01");
    const second = run([["a"], ["b"]], first, "2026-01-02");
    const merged = run([["a", "b"]], second, "2026-01-03");
    const old = second.assignment.get("b");
    expect(merged.assignment.get("a")).toBe(old);
    expect(merged.ledger.find((row) => row.anchor_key === "a")).toMatchObject({ status: "retired", redirect_to: old });
    const parted = run([["a"], ["b"]], merged, "2026-01-04");
    expect(parted.assignment).toEqual(second.assignment);
    expect(parted.events.map(({ event }) => event)).toEqual(["revived"]);
  });

  it("come back when a merge that tore a customer apart is undone, also within one day", () => {
    const first = run([["a", "b"], ["c"]], undefined, "2026-01-01", "run-1");
    const torn = run([["b"], ["a", "c"]], first, "2026-01-01", "run-2");
    const undone = run([["a", "b"], ["c"]], torn, "2026-01-01", "run-3");
    expect(undone.assignment).toEqual(first.assignment);
    expect(undone.ledger.find((row) => row.anchor_key === "b")).toMatchObject({ status: "retired" });
  });

  it("move to the smallest remaining record when the anchor record is gone", () => {
    const first = run([["a", "b", "c"]]);
    const second = run([["b", "c"]], first);
    expect(second.assignment.get("b")).toBe(first.assignment.get("a"));
    expect(second.ledger).toHaveLength(1);
    expect(second.ledger[0]).toMatchObject({ anchor_key: "b", status: "active" });
    // The old anchor comes back as a customer of its own: it may not take the id that lives on elsewhere.
    const third = run([["a"], ["b", "c"]], second);
    expect(third.assignment.get("b")).toBe(first.assignment.get("a"));
    expect(third.assignment.get("a")).not.toBe(first.assignment.get("a"));
  });

  it("are retired without a successor when no record is left", () => {
    const first = run([["a"], ["b"]]);
    const second = run([["b"]], first);
    expect(second.ledger.find((row) => row.anchor_key === "a")).toMatchObject({ status: "retired", redirect_to: null });
  });

  it("hold their promises through any sequence of merges and splits", () => {
    const keys = ["a", "b", "c", "d", "e", "f"];
    const partition = fc
      .array(fc.integer({ min: 0, max: 3 }), { minLength: keys.length, maxLength: keys.length })
      .map((labels) =>
        [0, 1, 2, 3]
          .map((label) => keys.filter((_key, at) => labels[at] === label))
          .filter((group) => group.length > 0),
      );
    fc.assert(
      fc.property(fc.array(partition, { minLength: 1, maxLength: 8 }), (history) => {
        let state = run(history[0] ?? []);
        for (const [day, now] of history.entries()) {
          const next = run(now, state, `2026-02-${String(day + 1).padStart(2, "0")}`);
          // One id for each cluster, active, and never two rows for one anchor.
          const used = now.map((group) => new Set(group.map((key) => next.assignment.get(key))));
          expect(used.every((ids) => ids.size === 1)).toBe(true);
          expect(new Set(used.map((ids) => [...ids][0])).size).toBe(now.length);
          expect(new Set(next.ledger.map((row) => row.anchor_key)).size).toBe(next.ledger.length);
          expect(next.ledger.filter((row) => row.status === "active")).toHaveLength(now.length);
          // No id is ever lost, and an anchor never changes while its record lives.
          for (const row of state.ledger)
            expect(next.ledger.find((one) => one.customer_id === row.customer_id)?.anchor_key).toBe(row.anchor_key);
          // Undoing is exact: the former partition gives the former ids.
          const undone = run(history[day - 1] ?? now, next, "2026-03-01");
          if (day > 0) expect(undone.assignment).toEqual(state.assignment);
          state = next;
        }
      }),
    );
  });

  it("do not depend on the order of the input", () => {
    const first = run([["a", "b"], ["c", "d"], ["e"]]);
    const one = assignCustomerIds({
      clusters: rowsOf([["a", "c"], ["b"], ["d", "e"]]),
      ledger: first.ledger,
      mint: { runId: "r", asOf: null },
    });
    const two = assignCustomerIds({
      clusters: rowsOf([["d", "e"], ["b"], ["a", "c"]]).reverse(),
      ledger: [...first.ledger].reverse(),
      mint: { runId: "r", asOf: null },
    });
    expect(two.ledger).toEqual(one.ledger);
    expect(two.assignment).toEqual(one.assignment);
  });
});
