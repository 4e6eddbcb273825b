import { afterEach, describe, expect, it } from "vitest";
import { createRedactor, manualClock } from "#core";
import type { Connector, ConnectorContext, TableMapping } from "#core";
import {
  contentOf,
  emptyMemory,
  keepingLogger,
  memorySecrets,
  run,
  START,
  testContext,
} from "../connectors/support/context.ts";
import type { Memory, Run } from "../connectors/support/context.ts";
import type { Answer, Double } from "../connectors/support/server.ts";

/** A source that can be filled and spoiled, for the suite. Records live in one stream. */
export interface Source {
  readonly settings: unknown;
  /** Null for sources without a server. */
  readonly double: Double | null;
  readonly stream: () => string;
  readonly tables?: () => Readonly<Record<string, TableMapping>>;
  /** Writes or overwrites a record; `note` is a field of its own that the source accepts. */
  put(key: string, note: string): void | Promise<void>;
  remove(key: string): void | Promise<void>;
  /** Tells the source that something changed, where it has such a mark, and lets its clock go on. */
  settle(): void | Promise<void>;
  /** Notes of a record as the connector handed it on. */
  noteOf(raw: unknown): unknown;
  /** Key of a record as the connector handed it on. */
  keyOf(raw: unknown): string;
  /** Adds a field that no schema names to every record written from now on. */
  addUnknownField(): void;
  readonly canaries: readonly string[];
  close(): void | Promise<void>;
}

/** What a connector brings to the suite. */
export interface ConnectorFixture {
  readonly connector: Connector;
  start(now: () => number): Promise<Source>;
  /** Requests that the connector may send in any minute; null where there is no server. */
  readonly perMinute: number | null;
  /** What the source does not have, with the reason. */
  readonly lacks?: Partial<Record<"deletes" | "unknownFields" | "emptySource", string>>;
  /** Part of the paths whose failure fails the stream. */
  readonly dataPath?: string;
}

const JSON_HEADERS = { "content-type": "application/json" };

/** The tests that every connector passes. */
export function connectorSuite(fixture: ConnectorFixture): void {
  const { connector } = fixture;
  const open: Source[] = [];
  afterEach(async () => {
    for (const source of open.splice(0)) await source.close();
  });
  const start = async (now: () => number = () => START): Promise<Source> => {
    const source = await fixture.start(now);
    open.push(source);
    return source;
  };
  const contextFor = (source: Source, rest: Partial<ConnectorContext> = {}): ConnectorContext =>
    testContext({ allowPrivateHosts: source.double === null ? [] : [source.double.host], ...rest });
  const read = async (
    source: Source,
    options: { memory: Memory; context: ConnectorContext; stopAfter?: number },
  ): Promise<Run> => {
    const tables = source.tables?.();
    return run(connector, source.settings, { ...options, ...(tables === undefined ? {} : { tables }) });
  };
  const fill = async (source: Source, n: number): Promise<void> => {
    for (let k = 0; k < n; k += 1) await source.put(`k${String(k).padStart(4, "0")}`, `note ${k}`);
    await source.settle();
  };
  const notes = (memory: Memory, source: Source): Record<string, unknown> =>
    Object.fromEntries(
      [...memory.records.values()]
        .filter((record) => record.stream === source.stream())
        .map((record) => [source.keyOf(record.raw), source.noteOf(record.raw)]),
    );

  describe(`${connector.name} keeps the connector contract`, () => {
    it("gives the same final set when it is broken off after any message", async () => {
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

    it("hands on nothing new when nothing changed", async () => {
      const source = await start();
      await fill(source, 6);
      const memory = emptyMemory();
      const context = contextFor(source);
      const first = await read(source, { memory, context });
      const seen = new Set(first.records.map((record) => `${record.stream}/${record.id}/${record.version}`));
      const before = contentOf(memory);
      const second = await read(source, { memory, context });
      expect(second.records.filter((record) => !seen.has(`${record.stream}/${record.id}/${record.version}`))).toEqual(
        [],
      );
      expect(contentOf(memory)).toEqual(before);
      expect(
        [...second.ends.values()]
          .map((end) => end.outcome)
          .filter((outcome) => outcome === "failed" || outcome === "partial"),
      ).toEqual([]);
    });

    it("reads 1,500 records that share one cursor", async () => {
      const source = await start();
      await fill(source, 1500);
      const memory = emptyMemory();
      await read(source, { memory, context: contextFor(source) });
      expect(Object.keys(notes(memory, source))).toHaveLength(1500);
    });

    it("sees a record that changed after it was read", async () => {
      const source = await start();
      await fill(source, 6);
      const memory = emptyMemory();
      const context = contextFor(source);
      await read(source, { memory, context });
      await source.put("k0002", "another note");
      await source.put("k0099", "a new one");
      await source.settle();
      await read(source, { memory, context });
      expect(notes(memory, source)).toMatchObject({ k0001: "note 1", k0002: "another note", k0099: "a new one" });
    });

    when(fixture.lacks?.deletes === undefined)("sees a delete", async () => {
      const source = await start();
      await fill(source, 6);
      const memory = emptyMemory();
      const context = contextFor(source);
      await read(source, { memory, context });
      await source.remove("k0003");
      await source.settle();
      await read(source, { memory, context });
      expect(Object.keys(notes(memory, source)).sort()).toEqual(["k0000", "k0001", "k0002", "k0004", "k0005"]);
    });

    const faults: readonly (readonly [string, Answer])[] = [
      ["a 429 with Retry-After", { status: 429, headers: { "retry-after": "7" }, body: "slow down" }],
      ["a 429 without Retry-After", { status: 429, body: "" }],
      ["a 503", { status: 503, body: "busy" }],
      ["a connection that is reset", { status: 200, cut: "now" }],
      [
        "an answer that breaks off",
        { status: 200, headers: JSON_HEADERS, body: '{"QueryResponse":{"Customer":[', cut: "half" },
      ],
    ];
    for (const [what, answer] of faults) {
      when(fixture.perMinute !== null)(`outlasts ${what}`, async () => {
        const source = await start();
        await fill(source, 3);
        const memory = emptyMemory();
        const clock = manualClock(START);
        source.double?.fault(answer, { times: 2, path: fixture.dataPath ?? "" });
        const done = await read(source, { memory, context: contextFor(source, { clock }) });
        expect(done.ends.get(source.stream())).toMatchObject({
          outcome: expect.stringMatching(/complete|empty/) as string,
        });
        expect(Object.keys(notes(memory, source))).toHaveLength(3);
        if (answer.headers?.["retry-after"] !== undefined) expect(clock.now() - START).toBeGreaterThanOrEqual(14_000);
      });
    }

    when(fixture.perMinute !== null)("fails, and does not look empty, when it gets nothing but failures", async () => {
      const source = await start();
      await fill(source, 3);
      const memory = emptyMemory();
      const context = contextFor(source);
      await read(source, { memory, context });
      const before = contentOf(memory);
      await source.put("k0001", "changed");
      await source.settle();
      source.double?.fault({ status: 500, body: "broken" }, { times: 1e6 });
      const second = await read(source, { memory, context: contextFor(source, { secrets: context.secrets }) }).catch(
        (error: unknown) => error,
      );
      if (!(second instanceof Error)) {
        const end = (second as Run).ends.get(source.stream());
        expect(end).toMatchObject({
          outcome: "failed",
          snapshot: false,
          error: { class: "transient", code: "VENDOR_DOWN" },
        });
      }
      expect(contentOf(memory)).toEqual(before);
    });

    when(fixture.perMinute !== null)(
      "fails on a login page that comes with status 200, and deletes nothing",
      async () => {
        const source = await start();
        await fill(source, 3);
        const memory = emptyMemory();
        const context = contextFor(source);
        await read(source, { memory, context });
        const before = contentOf(memory);
        await source.put("k0001", "changed");
        await source.settle();
        const body = "<!doctype html><html><title>Sign in</title><body>Please sign in</body></html>";
        source.double?.fault(
          { status: 200, headers: { "content-type": "text/html" }, body },
          { times: 1e6, path: fixture.dataPath ?? "" },
        );
        const second = await read(source, { memory, context }).catch((error: unknown) => error);
        if (!(second instanceof Error))
          expect((second as Run).ends.get(source.stream())?.outcome).toMatch(/failed|partial/);
        expect(contentOf(memory)).toEqual(before);
      },
    );

    when(fixture.lacks?.emptySource === undefined)("tells an empty source from a failed one", async () => {
      const source = await start();
      await source.settle();
      const done = await read(source, { memory: emptyMemory(), context: contextFor(source) });
      expect([...done.ends.values()].map((end) => end.outcome)).not.toContain("failed");
      expect(done.records.filter((record) => record.stream === source.stream())).toEqual([]);
    });

    when(fixture.perMinute !== null)("asks no host that is not its own, also when it is redirected there", async () => {
      const source = await start();
      const other = await start();
      await fill(source, 3);
      const port = Number(other.double?.host.split(":")[1]);
      source.double?.fault(
        { status: 302, headers: { location: `http://127.0.0.1:${port}/elsewhere` } },
        { times: 1e6 },
      );
      const asked = other.double?.asked.length ?? 0;
      const hosts = [source.double?.host ?? "", other.double?.host ?? ""];
      const done = await read(source, {
        memory: emptyMemory(),
        context: contextFor(source, { allowPrivateHosts: hosts }),
      }).catch((error: unknown) => error);
      expect(other.double?.asked.length).toBe(asked);
      if (!(done instanceof Error))
        expect([...(done as Run).ends.values()].every((end) => end.outcome === "failed")).toBe(true);
    });

    when(fixture.perMinute !== null)("refuses a private address that nobody allowed", async () => {
      const source = await start();
      await fill(source, 2);
      const done = await read(source, {
        memory: emptyMemory(),
        context: contextFor(source, { allowPrivateHosts: [] }),
      }).catch((error: unknown) => error);
      expect(source.double?.asked).toEqual([]);
      const code =
        done instanceof Error
          ? (done as Error & { code?: string }).code
          : (done as Run).ends.get(source.stream())?.error?.code;
      expect(code).toBe("HOST_REFUSED");
    });

    it("keeps secrets out of everything that leaves it", async () => {
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

    when(fixture.perMinute !== null)("never asks faster than its limit", async () => {
      const clock = manualClock(START);
      const source = await start(() => clock.now());
      await fill(source, 1500);
      for (let n = 0; n < 4; n += 1) {
        await source.put("k0000", `note of round ${n}`);
        await source.settle();
        await read(source, { memory: emptyMemory(), context: contextFor(source, { clock }) });
      }
      const times = (source.double?.asked ?? []).map((one) => one.at);
      for (const [index, at] of times.entries()) {
        const within = times.slice(index).filter((other) => other < at + 60_000).length;
        expect(within).toBeLessThanOrEqual(fixture.perMinute ?? 0);
      }
    });

    when(fixture.lacks?.unknownFields === undefined)(
      "keeps fields that it does not know in the raw record",
      async () => {
        const source = await start();
        source.addUnknownField();
        await fill(source, 2);
        const memory = emptyMemory();
        await read(source, { memory, context: contextFor(source) });
        const record = [...memory.records.values()].find((one) => one.stream === source.stream());
        expect(JSON.stringify(record?.raw)).toContain("kept as it came");
      },
    );
  });
}

/** Registers a test only where it applies to the connector: a source without limits has none to keep. */
function when(applies: boolean): (title: string, body: () => Promise<void>, timeout?: number) => void {
  return applies ? (title, body, timeout) => it(title, body, timeout) : () => undefined;
}
