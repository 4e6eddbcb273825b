import { describe, expect, it } from "vitest";
import type { DriftPolicy, RawRecord, RecordMessage } from "#core";
import { driftRejection, watchDrift } from "../../jobs/drift.ts";
import { requireConnector } from "../../jobs/sources.ts";
import type { Source } from "../../jobs/sources.ts";

const row = (raw: Record<string, unknown>): RecordMessage => ({
  type: "record",
  stream: "s",
  op: "upsert",
  id: "1",
  cursor: null,
  version: "1",
  observedAt: "2026-03-02T00:00:00Z",
  raw,
  provenance: {},
});
const watch = (policy: DriftPolicy, tabular = true) =>
  watchDrift({ title: "Clients", policy, known: ["Name", "Phone"], tabular });
const ODD = row({ name: "Ann", Phone: "1", Colour: "red" });

describe("the drift of a stream's columns", () => {
  it("is taken up where the stream evolves", () => {
    const evolving = watch("evolve");
    expect(evolving.record(ODD)).toEqual({ kind: "take", message: ODD });
    expect(evolving.accepted(["Name", "Phone", "Colour"])).toEqual(["Name", "Phone", "Colour"]);
  });

  it("stops a frozen stream, by its columns or by the first record", () => {
    const error = watch("freeze").schema({
      type: "schema",
      stream: "s",
      before: [],
      after: ["Phone", "NAME", "Colour"],
    });
    expect(error).toMatchObject({ code: "SCHEMA_FROZEN", message: expect.stringContaining("Colour") as string });
    const gone = watch("freeze").schema({ type: "schema", stream: "s", before: [], after: ["Name"] });
    expect(gone?.message).toContain("Phone");
    expect(watch("freeze").schema({ type: "schema", stream: "s", before: [], after: ["phone", "Name"] })).toBeNull();
    expect(watch("freeze").record(ODD)).toMatchObject({ kind: "stop", error: { code: "SCHEMA_FROZEN" } });
  });

  it("leaves out new values, or marks the rows that have them, and accepts no new column", () => {
    expect(watch("discard_value").record(ODD)).toMatchObject({ message: { raw: { name: "Ann", Phone: "1" } } });
    const marking = watch("discard_row");
    expect(marking.record(ODD)).toMatchObject({ message: { raw: ODD.raw, provenance: { drift: "Colour" } } });
    const plain = row({ Name: "Bob" });
    expect(marking.record(plain)).toEqual({ kind: "take", message: plain });
    expect(marking.accepted(["Name", "Phone", "Colour"])).toEqual(["Name", "Phone"]);
  });

  it("learns a vendor's fields at the first read, and tells each new one once", () => {
    const first = watchDrift({ title: "Customers", policy: "freeze", known: [], tabular: false });
    expect(first.record(ODD)).toMatchObject({ kind: "take" });
    expect(first.fresh()).toEqual([]);
    expect(first.accepted([])).toEqual(["Colour", "Phone", "name"]);
    const next = watch("evolve", false);
    next.record(ODD);
    next.record(ODD);
    expect(next.fresh()).toEqual(["Colour"]);
    expect(next.fresh()).toEqual([]);
  });

  it("puts a marked row into quarantine only as long as the configuration says so", () => {
    const connector = requireConnector("excel");
    const source = (drift: Source["config"]["drift"]): Source => ({
      name: "drop",
      connector,
      config: { connector: "excel", enabled: true, settings: {}, ...(drift === undefined ? {} : { drift }) },
    });
    const raw = { source: "excel", stream: "s", provenance: { drift: "Colour" } } as unknown as RawRecord;
    expect(driftRejection([source({ "*": "discard_row" })], raw)).toMatchObject({ rejected: "schema_drift" });
    expect(driftRejection([source({ "*": "discard_row", s: "evolve" })], raw)).toBeNull();
    expect(driftRejection([source(undefined)], raw)).toBeNull();
  });
});
