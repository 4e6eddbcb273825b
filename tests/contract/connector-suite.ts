import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, it } from "vitest";
import { createRedactor, manualClock } from "#core";
import type { Connector, ConnectorContext, StreamEndMessage, TableMapping } from "#core";
import {
  contentOf,
  emptyMemory,
  keepingLogger,
  mapContext,
  memorySecrets,
  run,
  START,
  testContext,
} from "../connectors/support/context.ts";
import type { Memory, Run, RunOptions } from "../connectors/support/context.ts";
import type { Answer, Double } from "../connectors/support/server.ts";

/** A source that can be filled and spoiled, for the suite. Records live in one stream. */
export interface Source {
  readonly settings: unknown;
  /** Null for sources without a server. */
  readonly double: Double | null;
  readonly stream: () => string;
  readonly tables?: () => Readonly<Record<string, TableMapping>>;
  /** Writes or overwrites a record; `note` is a field of its own that the source accepts. */
  put(key: string, note: string | number): void | Promise<void>;
  remove(key: string): void | Promise<void>;
  /** Tells the source that something changed, where it has such a mark, and lets its clock go on. */
  settle(): void | Promise<void>;
  /** Notes of a record as the connector handed it on. */
  noteOf(raw: unknown): unknown;
  /** Key of a record as the connector handed it on. */
  keyOf(raw: unknown): string;
  /** Adds a field that no schema names to every record written from now on. */
  addUnknownField(): void;
  /** Sources without a server: leaves something that cannot be read in place of the data, until `settle`. */
  spoil?(): void;
  /** Sources whose tokens are refreshed: each token serves so many requests; and how often one was fetched. */
  readonly tokens?: { lasts(requests: number): void; refreshes(): number };
  readonly canaries: readonly string[];
  close(): void | Promise<void>;
}

/** What a connector brings to the suite. */
export interface ConnectorFixture {
  readonly connector: Connector;
  start(now: () => number): Promise<Source>;
  /** Requests that the connector may send in any minute; null where there is no server. */
  readonly perMinute: number | null;
  /** The source itself tells no deletes: its records must then stay. */
  readonly tellsNoDeletes?: true;
  /** Part of the paths whose failure fails the stream. */
  readonly dataPath?: string;
  /** Records for the test of memory, where the source needs a request for each. */
  readonly bulk?: number;
}

const JSON_HEADERS = { "content-type": "application/json" };
const XML_THROTTLE =
  '<IntuitResponse><Fault type="SERVICE"><Error code="3001"><Message>ThrottleExceeded</Message></Error></Fault></IntuitResponse>';
const LOGIN = "<!doctype html><html><title>Sign in</title><body>Please sign in</body></html>";
/** What a source may do twice before it answers; each of it is outlasted. */
const FAULTS: readonly (readonly [string, Answer])[] = [
  ["a 429 with Retry-After", { status: 429, headers: { "retry-after": "7" }, body: "slow down" }],
  ["a 429 without Retry-After", { status: 429, body: "" }],
  ["a 429 in XML", { status: 429, headers: { "content-type": "application/xml" }, body: XML_THROTTLE }],
  ["a 503", { status: 503, body: "busy" }],
  ["a connection that is reset", { status: 200, cut: "now" }],
  [
    "a body that stops",
    { status: 200, headers: JSON_HEADERS, body: '{"QueryResponse":{"Customer":[]}}', cut: "stall" },
  ],
  ["JSON that breaks off", { status: 200, headers: JSON_HEADERS, body: '{"QueryResponse":{"Customer":[', cut: "half" }],
];

/** The fifteen tests that every connector passes. */
export function connectorSuite(fixture: ConnectorFixture): void {
  const { connector } = fixture;
  const tools = createTools(fixture);
  afterEach(tools.closeAll);
  // A source that needs a request for each record takes its time on a busy machine.
  describe(`${connector.name} keeps the connector contract`, { timeout: 180_000 }, () => {
    completeness(fixture, tools);
    troubles(fixture, tools);
    manners(fixture, tools);
  });
}

interface Tools {
  readonly start: (now?: () => number) => Promise<Source>;
  readonly contextFor: (source: Source, rest?: Partial<ConnectorContext>) => ConnectorContext;
  readonly read: (source: Source, options: RunOptions) => Promise<Run>;
  readonly fill: (source: Source, n: number) => Promise<void>;
  /** Notes by key of what the memory holds. */
  readonly notes: (memory: Memory, source: Source) => Record<string, unknown>;
  readonly closeAll: () => Promise<void>;
}

function createTools(fixture: ConnectorFixture): Tools {
  const open: Source[] = [];
  return {
    start: async (now = () => START) => {
      const source = await fixture.start(now);
      open.push(source);
      return source;
    },
    contextFor: (source, rest = {}) =>
      testContext({ allowPrivateHosts: source.double === null ? [] : [source.double.host], ...rest }),
    read: (source, options) => {
      const tables = source.tables?.();
      return run(fixture.connector, source.settings, { ...options, ...(tables === undefined ? {} : { tables }) });
    },
    fill: async (source, n) => {
      for (let k = 0; k < n; k += 1) await source.put(`k${String(k).padStart(5, "0")}`, `note ${k}`);
      await source.settle();
    },
    notes: (memory, source) =>
      Object.fromEntries(
        [...memory.records.values()]
          .map((record) => [source.keyOf(record.raw), source.noteOf(record.raw)] as const)
          .filter(([key]) => /^k\d{5}$/.test(key)),
      ),
    closeAll: async () => {
      for (const source of open.splice(0)) await source.close();
    },
  };
}

const isWhole = (end: StreamEndMessage | undefined): boolean =>
  end?.outcome === "complete" || end?.outcome === "empty_confirmed";

function completeness(fixture: ConnectorFixture, { start, contextFor, read, fill, notes }: Tools): void {
  it("1 gives the same final set when it is broken off after any message", async () => {
    const source = await start();
    await fill(source, 4);
    const whole = emptyMemory();
    // The secret store outlives a process that is killed.
    const secrets = memorySecrets();
    const full = await read(source, { memory: whole, context: contextFor(source, { secrets }) });
    for (let at = 1; at < full.messages.length; at += 1) {
      const memory = emptyMemory();
      await read(source, { memory, context: contextFor(source, { secrets }), stopAfter: at }).catch(() => undefined);
      await source.settle();
      await read(source, { memory, context: contextFor(source, { secrets }) });
      expect(contentOf(memory), `broken off after message ${at}`).toEqual(contentOf(whole));
    }
  });

  it("2 hands on nothing new when nothing changed", async () => {
    const source = await start();
    await fill(source, 6);
    const memory = emptyMemory();
    const context = contextFor(source);
    const first = await read(source, { memory, context });
    const seen = new Set(first.records.map((record) => `${record.stream}/${record.id}/${record.version}`));
    const before = contentOf(memory);
    const second = await read(source, { memory, context });
    const fresh = second.records.filter((record) => !seen.has(`${record.stream}/${record.id}/${record.version}`));
    expect(fresh).toEqual([]);
    expect(contentOf(memory)).toEqual(before);
    expect([...second.ends.values()].every(isWhole)).toBe(true);
  });

  it("3 reads 1,500 records that share one cursor", async () => {
    const source = await start();
    await fill(source, 1500);
    const memory = emptyMemory();
    await read(source, { memory, context: contextFor(source) });
    expect(Object.keys(notes(memory, source))).toHaveLength(1500);
  });

  it("4 sees a record that changes, and one that comes, while it reads", async () => {
    const source = await start();
    await fill(source, 1200);
    const memory = emptyMemory();
    const context = contextFor(source);
    let changed = false;
    const onMessage = async (message: { readonly type: string }): Promise<void> => {
      if (changed || message.type !== "record") return;
      changed = true;
      await source.put("k00002", "another note");
      await source.put("k99999", "a new one");
      await source.settle();
    };
    await read(source, { memory, context, onMessage });
    await source.settle();
    await read(source, { memory, context });
    const found = notes(memory, source);
    expect(found).toMatchObject({ k00001: "note 1", k00002: "another note", k99999: "a new one" });
    expect(Object.keys(found)).toHaveLength(1201);
  });

  it("5 sees a delete, or says that its source tells none and deletes nothing", async () => {
    const source = await start();
    await fill(source, 6);
    const memory = emptyMemory();
    const context = contextFor(source);
    await read(source, { memory, context });
    await source.remove("k00003");
    await source.settle();
    await read(source, { memory, context });
    const left = Object.keys(notes(memory, source)).sort();
    expect(left).toHaveLength(fixture.tellsNoDeletes === true ? 6 : 5);
    expect(left.includes("k00003")).toBe(fixture.tellsNoDeletes === true);
  });
}

function troubles(fixture: ConnectorFixture, { start, contextFor, read, fill, notes }: Tools): void {
  it("6 outlasts what passes, fails on what stays, and never takes either for nothing", async () => {
    for (const [what, answer] of fixture.perMinute === null ? [] : FAULTS) {
      const source = await start();
      await fill(source, 3);
      const memory = emptyMemory();
      const clock = manualClock(START);
      const limits = { hostDelayMs: 0, timeoutMs: 300, maxBodyBytes: 20 * 1024 * 1024 };
      source.double?.fault(answer, { times: 2, path: fixture.dataPath ?? "" });
      const done = await read(source, { memory, context: contextFor(source, { clock, limits }) });
      expect(isWhole(done.ends.get(source.stream())), what).toBe(true);
      expect(Object.keys(notes(memory, source)), what).toHaveLength(3);
      if (answer.headers?.["retry-after"] !== undefined) expect(clock.now() - START).toBeGreaterThanOrEqual(14_000);
    }
    const source = await start();
    await fill(source, 3);
    const memory = emptyMemory();
    const context = contextFor(source);
    await read(source, { memory, context });
    const before = contentOf(memory);
    await source.put("k00001", "changed");
    await source.settle();
    source.spoil?.();
    const login: Answer = { status: 200, headers: { "content-type": "text/html" }, body: LOGIN };
    source.double?.fault(login, { times: 1e6, path: fixture.dataPath ?? "" });
    const second = await read(source, { memory, context }).catch((error: unknown) => error);
    if (!(second instanceof Error)) expect([...(second as Run).ends.values()].every(isWhole)).toBe(false);
    expect(contentOf(memory)).toEqual(before);
  });

  it("7 gets over a token that ends; two runs at once give one set and refresh once", async () => {
    const source = await start();
    await fill(source, 30);
    source.tokens?.lasts(2);
    const memory = emptyMemory();
    const secrets = memorySecrets();
    const done = await read(source, { memory, context: contextFor(source, { secrets }) });
    expect([...done.ends.values()].every(isWhole)).toBe(true);
    expect(Object.keys(notes(memory, source))).toHaveLength(30);
    source.tokens?.lasts(1e9);
    const before = source.tokens?.refreshes() ?? 0;
    const shared = memorySecrets();
    const seeded = [...secrets.values].filter(([name]) => name.endsWith("refresh_token"));
    for (const [name, value] of seeded) await shared.set(name, value);
    const both = [emptyMemory(), emptyMemory()];
    await Promise.all(
      both.map((one) => read(source, { memory: one, context: contextFor(source, { secrets: shared }) })),
    );
    for (const one of both) expect(contentOf(one)).toEqual(contentOf(memory));
    if (source.tokens !== undefined) expect(source.tokens.refreshes() - before).toBe(1);
  });

  it("8 goes on with a new field, a retyped one and one that is gone", async () => {
    const source = await start();
    await fill(source, 4);
    const memory = emptyMemory();
    const context = contextFor(source);
    await read(source, { memory, context });
    source.addUnknownField();
    for (let k = 0; k < 4; k += 1) await source.put(`k0000${k}`, k === 1 ? 5 : k === 2 ? "" : `note ${k}`);
    await source.settle();
    const done = await read(source, { memory, context });
    expect([...done.ends.values()].every(isWhole)).toBe(true);
    const found = notes(memory, source);
    expect(Object.keys(found)).toHaveLength(4);
    expect(String(found["k00001"])).toBe("5");
    expect(found["k00002"] ?? "").toBe("");
    expect(found["k00003"]).toBe("note 3");
  });

  it("9 tells an empty source from one that fails", async () => {
    const empty = await start();
    await empty.settle();
    const done = await read(empty, { memory: emptyMemory(), context: contextFor(empty) });
    expect([...done.ends.values()].map((end) => end.outcome)).not.toContain("failed");
    expect(done.records.filter((record) => /^k\d{5}$/.test(empty.keyOf(record.raw)))).toEqual([]);
    const source = await start();
    await fill(source, 3);
    source.spoil?.();
    source.double?.fault({ status: 500, body: "broken" }, { times: 1e6 });
    const failed = await read(source, { memory: emptyMemory(), context: contextFor(source) }).catch(
      (error: unknown) => error,
    );
    if (failed instanceof Error) return;
    const ends = [...(failed as Run).ends.values()].filter((end) => end.outcome === "failed");
    expect(ends.length).toBeGreaterThan(0);
    for (const end of ends) expect(end).toMatchObject({ snapshot: false, counts: { deletes: 0 } });
  });
}

function manners(fixture: ConnectorFixture, { start, contextFor, read, fill, notes }: Tools): void {
  it("10 keeps secrets out of everything that leaves it", async () => {
    const lines: string[] = [];
    const source = await start();
    await fill(source, 3);
    const memory = emptyMemory();
    const context = contextFor(source, { log: keepingLogger(lines) });
    const first = await read(source, { memory, context });
    source.double?.fault(
      { status: 400, headers: JSON_HEADERS, body: JSON.stringify({ error: source.canaries.join(" ") }) },
      { times: 1e6 },
    );
    const second = await read(source, { memory, context }).catch((error: unknown) => error);
    const told = second instanceof Error ? [second.message, second.stack] : (second as Run).messages;
    const text = JSON.stringify([first.messages, told, [...memory.states], lines]);
    const redactor = createRedactor();
    for (const canary of source.canaries) redactor.add(canary);
    expect(text.length).toBeGreaterThan(50);
    expect(redactor.redact(text)).toBe(text);
  });

  it("11 asks no host that is not its own, not by a redirect and not at a private address", async () => {
    const source = await start();
    const other = await start();
    await fill(source, 3);
    const none = await read(source, {
      memory: emptyMemory(),
      context: contextFor(source, { allowPrivateHosts: [] }),
    }).catch((error: unknown) => error);
    expect(source.double?.asked ?? []).toEqual([]);
    if (source.double === null) return;
    const end = none instanceof Error ? null : (none as Run).ends.get(source.stream());
    expect(end === null ? (none as { code?: string }).code : end?.error?.code).toBe("HOST_REFUSED");
    const headers = { location: `${other.double?.url ?? ""}/elsewhere` };
    source.double.fault({ status: 302, headers }, { times: 1e6 });
    const hosts = [source.double.host, other.double?.host ?? ""];
    const done = await read(source, {
      memory: emptyMemory(),
      context: contextFor(source, { allowPrivateHosts: hosts }),
    }).catch((error: unknown) => error);
    expect(other.double?.asked).toEqual([]);
    if (!(done instanceof Error))
      expect([...(done as Run).ends.values()].every(({ outcome }) => outcome === "failed")).toBe(true);
  });

  it("12 needs no more memory for many records than for some", async () => {
    const source = await start();
    await fill(source, fixture.bulk ?? 8_000);
    const used: number[] = [];
    let records = 0;
    await read(source, {
      context: contextFor(source),
      forget: true,
      onMessage: (message) => {
        if (message.type !== "record") return;
        records += 1;
        if (records % Math.max(1, Math.floor((fixture.bulk ?? 8_000) / 8)) === 0) used.push(heapAfterCollection());
      },
    });
    expect(records).toBeGreaterThanOrEqual(fixture.bulk ?? 8_000);
    const growth = ((used.at(-1) ?? 0) - (used[0] ?? 0)) / 1024 ** 2;
    expect(growth).toBeLessThan(24);
  });

  it("13 never asks faster than its limit", async () => {
    const clock = manualClock(START);
    const source = await start(() => clock.now());
    await fill(source, 1500);
    for (let n = 0; n < 4; n += 1) {
      await source.put("k00000", `note of round ${n}`);
      await source.settle();
      const done = await read(source, { memory: emptyMemory(), context: contextFor(source, { clock }) });
      if (fixture.perMinute === null) expect(done.ends.get(source.stream())?.counts.requests).toBe(0);
    }
    const times = (source.double?.asked ?? []).map((one) => one.at);
    for (const [index, at] of times.entries()) {
      const within = times.slice(index).filter((other) => other < at + 60_000).length;
      expect(within).toBeLessThanOrEqual(fixture.perMinute ?? 0);
    }
  });

  it("14 has no time zone and no currency of its own", async () => {
    const source = await start();
    await fill(source, 5);
    const zone = process.env["TZ"];
    const told: string[] = [];
    const secrets = memorySecrets();
    try {
      for (const one of ["Pacific/Kiritimati", "America/Jamaica"]) {
        process.env["TZ"] = one;
        const done = await read(source, { memory: emptyMemory(), context: contextFor(source, { secrets }) });
        const tables = source.tables?.() ?? {};
        const mapped = done.records.map((record) =>
          fixture.connector.map(record.raw, mapContext(fixture.connector.name, "a", record, tables[record.stream])),
        );
        told.push(JSON.stringify([done.records.map(({ raw, version, cursor }) => ({ raw, version, cursor })), mapped]));
      }
    } finally {
      if (zone === undefined) delete process.env["TZ"];
      else process.env["TZ"] = zone;
    }
    expect(told[0]).toBe(told[1]);
    expect(told[0]).not.toMatch(/\bUSD\b/);
  });

  it("15 keeps fields that it does not know in the raw record", async () => {
    const source = await start();
    source.addUnknownField();
    await fill(source, 2);
    const memory = emptyMemory();
    await read(source, { memory, context: contextFor(source) });
    const kept = [...memory.records.values()].filter((one) => JSON.stringify(one.raw).includes("kept as it came"));
    expect(Object.keys(notes(memory, source))).toHaveLength(2);
    expect(kept).toHaveLength(2);
  });
}

function heapAfterCollection(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}
