import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { findConnector } from "#connectors";
import { manualClock } from "#core";
import type { Connector } from "#core";
import { contentOf, emptyMemory, mapContext, memorySecrets, run, START, testContext } from "./support/context.ts";
import type { Run } from "./support/context.ts";
import { startFakeBooks } from "./support/fake-quickbooks.ts";
import type { FakeBooks } from "./support/fake-quickbooks.ts";
import { startDouble } from "./support/server.ts";

const connector = findConnector("quickbooks") as Connector;
const fixture = (name: string): string =>
  readFileSync(new URL(`../fixtures/connectors/quickbooks/${name}`, import.meta.url), "utf8");
const DAY = 86_400_000;

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function books(): Promise<{ fake: FakeBooks; context: ReturnType<typeof testContext> }> {
  const fake = await startFakeBooks();
  open.push(fake);
  return { fake, context: testContext({ allowPrivateHosts: [fake.host] }) };
}

const read = (
  fake: FakeBooks,
  options: Omit<Parameters<typeof run>[2], "streams"> & { streams?: readonly string[] },
): Promise<Run> => run(connector, fake.settings, { streams: ["customers"], ...options });
const queries = (fake: FakeBooks): string[] => fake.asked.flatMap(({ url }) => url.searchParams.get("query") ?? []);

describe("the QuickBooks connector", () => {
  it("asks for inactive customers too, and never asks documents whether they are active", async () => {
    const { fake, context } = await books();
    fake.put("Customer", "1");
    fake.put("Customer", "2", { Active: false, DisplayName: "Gone (deleted)" });
    fake.put("Invoice", "9", { TotalAmt: 10 });
    const done = await read(fake, { context, streams: ["customers", "invoices"] });
    expect(done.records.map(({ id }) => id)).toEqual(["1", "2", "9"]);
    expect(done.messages.filter((m) => m.type === "notice").map((m) => m.code)).toEqual(["inactive_record"]);
    expect(queries(fake).filter((text) => text.includes("FROM Invoice") && text.includes("Active"))).toEqual([]);
  });

  it("pages by time and counts offsets only inside one time stamp", async () => {
    const { fake, context } = await books();
    for (let n = 0; n < 2500; n += 1) {
      const at = new Date(START - DAY + Math.floor(n / 900) * 1000).toISOString();
      fake.put("Customer", String(n), { MetaData: { LastUpdatedTime: at } });
    }
    const done = await read(fake, { context });
    expect(new Set(done.records.map(({ id }) => id)).size).toBe(2500);
    const offsets = queries(fake).map((text) => Number(/STARTPOSITION (\d+)/.exec(text)?.[1] ?? 1));
    expect(Math.max(...offsets)).toBeLessThanOrEqual(1001);
  });

  it("loses no neighbour of a row that changes while it pages through equal time stamps", async () => {
    const { fake, context } = await books();
    const at = { MetaData: { LastUpdatedTime: new Date(START - DAY).toISOString() } };
    for (let n = 0; n < 1500; n += 1) fake.put("Customer", String(n), at);
    let asked = 0;
    fake.beforeQuery = () => {
      asked += 1;
      // Five rows of the first page move to the end between two pages.
      if (asked === 4)
        for (let n = 0; n < 5; n += 1)
          fake.put("Customer", String(n), { MetaData: { LastUpdatedTime: new Date(START - 1000).toISOString() } });
    };
    const memory = emptyMemory();
    await read(fake, { context, memory });
    expect(memory.records.size).toBe(1500);
  });

  it("follows the vendor's clock: its cursor stays behind what is younger than the hold-back, which comes once", async () => {
    const { fake, context } = await books();
    fake.put("Customer", "1");
    const memory = emptyMemory();
    await read(fake, { context, memory });
    fake.clock += 60 * 60_000;
    fake.put("Customer", "2", { MetaData: { LastUpdatedTime: new Date(fake.clock - 5000).toISOString() } });
    expect((await read(fake, { context, memory })).records.map(({ id }) => id)).toEqual(["2"]);
    const cursor = Date.parse(String(memory.states.get("customers")?.["cursor"]));
    expect(cursor).toBeLessThanOrEqual(fake.clock - 30_000);
    fake.put("Customer", "3", { MetaData: { LastUpdatedTime: new Date(fake.clock - 20_000).toISOString() } });
    fake.clock += 60_000;
    expect((await read(fake, { context, memory })).records.map(({ id }) => id)).toEqual(["3"]);
  });

  it("finds an object that was committed late with an older time stamp", async () => {
    const { fake, context } = await books();
    fake.put("Customer", "1");
    const memory = emptyMemory();
    await read(fake, { context, memory });
    fake.put("Customer", "late", { MetaData: { LastUpdatedTime: new Date(fake.clock - 2 * 60_000).toISOString() } });
    fake.clock += 60_000;
    expect((await read(fake, { context, memory })).records.map(({ id }) => id)).toEqual(["late"]);
  });

  it("tells each delete once, and also when nothing was deleted for longer than change data capture remembers", async () => {
    const { fake, context } = await books();
    for (const id of ["1", "2", "3"]) fake.put("Customer", id);
    const memory = emptyMemory();
    await read(fake, { context, memory });
    fake.clock += 60_000;
    fake.remove("Customer", "2");
    const second = await read(fake, { context, memory });
    expect(second.records.map(({ op, id }) => [op, id])).toEqual([["delete", "2"]]);
    fake.clock += 60_000;
    expect((await read(fake, { context, memory })).records).toEqual([]);
    // A month of silence: stubs are forgotten, so everything is read and absence counts.
    fake.remove("Customer", "3");
    fake.deleted.length = 0;
    fake.clock += 40 * DAY;
    const earlier = fake.asked.length;
    const late = await read(fake, { context, memory });
    expect(late.ends.get("customers")).toMatchObject({ outcome: "complete", snapshot: true });
    expect(fake.asked.slice(earlier).filter(({ url }) => url.pathname.endsWith("/cdc"))).toEqual([]);
    expect(Object.keys(contentOf(memory))).toEqual(["customers/1"]);
  });

  it("reads everything when a change-data-capture answer is full, because the rest of it is lost", async () => {
    const { fake, context } = await books();
    for (let n = 0; n < 1100; n += 1) fake.put("Customer", String(n));
    const memory = emptyMemory();
    await read(fake, { context, memory });
    fake.clock += 60_000;
    for (let n = 0; n < 1100; n += 1) fake.put("Customer", String(n), { Notes: "new" });
    fake.remove("Customer", "7");
    fake.clock += 60_000;
    expect((await read(fake, { context, memory })).ends.get("customers")).toMatchObject({ snapshot: true });
    expect(memory.records.size).toBe(1099);
    expect(memory.records.has("customers/7")).toBe(false);
  });

  it("sweeps once a week, so that what all increments missed is found", async () => {
    const { fake, context } = await books();
    fake.put("Customer", "1");
    const memory = emptyMemory();
    await read(fake, { context, memory });
    // Never seen by any increment: its time stamp is old.
    fake.put("Customer", "imported", { MetaData: { LastUpdatedTime: "2020-01-01T00:00:00Z" } });
    fake.clock += DAY;
    expect((await read(fake, { context, memory })).records).toEqual([]);
    fake.clock += 7 * DAY;
    expect((await read(fake, { context, memory })).records.map(({ id }) => id)).toContain("imported");
  });

  it("keeps rotated tokens, and refreshes once when two runs start together", async () => {
    const { fake, context } = await books();
    fake.put("Customer", "1");
    const secrets = memorySecrets();
    const both = await Promise.all([1, 2].map(() => read(fake, { context: { ...context, secrets } })));
    expect(both.map((one) => one.ends.get("customers")?.outcome)).toEqual(["complete", "complete"]);
    expect(fake.refreshes).toBe(1);
    expect(secrets.values.get("quickbooks/1234567890/refresh_token")).toBe("RT-canary-1-rotated");
  });

  it("goes on when its token ends in the middle of a run, and uses a token typed in after the stored one died", async () => {
    const { fake, context } = await books();
    for (let n = 0; n < 1500; n += 1)
      fake.put("Customer", String(n), { MetaData: { LastUpdatedTime: new Date(START - n * 1000).toISOString() } });
    fake.tokenLife = 2;
    const done = await read(fake, { context });
    expect(done.ends.get("customers")?.outcome).toBe("complete");
    expect(fake.refreshes).toBeGreaterThan(1);
    const secrets = memorySecrets();
    await secrets.set("quickbooks/1234567890/refresh_token", "RT-dead-value");
    const settings = { ...fake.settings, refresh_token: `RT-canary-${fake.refreshes}-rotated` };
    fake.tokenLife = 1e9;
    const again = await run(connector, settings, { context: { ...context, secrets }, streams: ["customers"] });
    expect(again.ends.get("customers")?.outcome).toBe("complete");
  });

  it("asks for a new connection, without looping, when no token is accepted", async () => {
    const { fake, context } = await books();
    const settings = { ...fake.settings, refresh_token: "RT-unknown-value" };
    const done = await run(connector, settings, { context, streams: ["customers", "invoices"] });
    expect([...done.ends.values()].map((end) => end.error?.code)).toEqual(["VENDOR_AUTH", "VENDOR_AUTH"]);
    expect(fake.asked.length).toBeLessThanOrEqual(2);
    expect(JSON.stringify(done.messages)).not.toContain("RT-unknown-value");
  });

  it("outlasts a throttle fault in XML, whatever its status", async () => {
    for (const status of [403, 429]) {
      const { fake } = await books();
      fake.put("Customer", "1");
      const clock = manualClock(START);
      fake.fault(
        { status, headers: { "content-type": "application/xml" }, body: fixture("throttle_exceeded_error.xml") },
        { times: 2, path: "/query" },
      );
      const done = await read(fake, { context: testContext({ allowPrivateHosts: [fake.host], clock }) });
      expect(done.ends.get("customers")).toMatchObject({ outcome: "complete", counts: { records: 1 } });
      expect(clock.now() - START).toBeGreaterThanOrEqual(15_000);
      expect(done.messages.some((m) => m.type === "notice" && m.code === "throttled")).toBe(true);
    }
  });

  it("gives recorded faults their class, and takes nothing of a fault that comes with status 200", async () => {
    const cases = [
      [fixture("error-400.http.json"), "config"],
      [fixture("error-401.http.json"), "auth"],
      [
        JSON.stringify({
          interactions: [
            {
              response: {
                status: 200,
                bodyText: '{"Fault":{"Error":[{"Message":"x","code":"610"}],"type":"ValidationFault"}}',
              },
            },
          ],
        }),
        "not_found",
      ],
      [
        JSON.stringify({
          interactions: [
            {
              response: {
                status: 200,
                bodyText: '{"Fault":{"Error":[{"Message":"x","code":"10000"}],"type":"SystemFault"}}',
              },
            },
          ],
        }),
        "transient",
      ],
      [
        JSON.stringify({
          interactions: [
            {
              response: {
                status: 403,
                bodyText: '{"Fault":{"Error":[{"Message":"x","code":"3100"}],"type":"AuthorizationFault"}}',
              },
            },
          ],
        }),
        "permission",
      ],
      [
        JSON.stringify({
          interactions: [
            {
              response: {
                status: 400,
                bodyText:
                  '{"Fault":{"Error":[{"Message":"Subscription ended","code":"6190"}],"type":"ValidationFault"}}',
              },
            },
          ],
        }),
        "permission",
      ],
    ] as const;
    for (const [text, expected] of cases) {
      const { fake, context } = await books();
      const recorded = JSON.parse(text) as { interactions: { response: { status: number; bodyText: string } }[] };
      const { status, bodyText } = recorded.interactions.at(-1)?.response ?? { status: 0, bodyText: "" };
      fake.fault(
        { status, headers: { "content-type": "application/json" }, body: bodyText },
        { times: 1e6, path: "/v3/" },
      );
      const end = (await read(fake, { context })).ends.get("customers");
      expect(end).toMatchObject({ outcome: "failed", snapshot: false, error: { class: expected } });
    }
  });

  it("replays a recorded session record by record, with the vendor's totals to the cent", async () => {
    const recorded = JSON.parse(fixture("cdc-basic.http.json")) as {
      interactions: { response: { bodyText: string } }[];
    };
    const body = recorded.interactions[0]?.response.bodyText ?? "";
    const estimates =
      (JSON.parse(body) as { CDCResponse: { QueryResponse: { Estimate?: unknown[] }[] }[] }).CDCResponse[0]
        ?.QueryResponse[0]?.Estimate ?? [];
    const texts = [...body.matchAll(/"TotalAmt":([\d.]+)/g)].map((found) => found[1] ?? "");
    const { fake, context } = await books();
    fake.tables.set("Estimate", estimates as never);
    const done = await read(fake, { context, streams: ["estimates"] });
    expect(done.records.map(({ raw }) => raw)).toEqual(expect.arrayContaining(estimates));
    const cents = texts.reduce((sum, text) => sum + Math.round(Number(text) * 100), 0);
    expect(done.ends.get("estimates")?.vendorTotals).toEqual({ estimate: { USD: (cents / 100).toFixed(2) } });
  });

  it("adds money up exactly", async () => {
    const { fake, context } = await books();
    for (let n = 0; n < 30; n += 1)
      fake.put("Invoice", String(n), { TotalAmt: 0.1 + n, CurrencyRef: { value: "JMD" } });
    fake.put("Invoice", "big", { TotalAmt: 12_345_678_901.23, CurrencyRef: { value: "JMD" } });
    fake.put("Invoice", "text", { TotalAmt: "7.5", CurrencyRef: { value: "USD" } });
    fake.put("Invoice", "none", { TotalAmt: "n/a", CurrencyRef: { value: "USD" } });
    const done = await read(fake, { context, streams: ["invoices"] });
    expect(done.ends.get("invoices")?.vendorTotals).toEqual({ invoice: { JMD: "12345679339.23", USD: "7.50" } });
  });

  it("sends nothing but GET to the company", async () => {
    const { fake, context } = await books();
    fake.put("Customer", "1");
    const memory = emptyMemory();
    for (let n = 0; n < 2; n += 1) await run(connector, fake.settings, { context, memory });
    expect(
      new Set(fake.asked.filter(({ url }) => url.pathname.startsWith("/v3/")).map(({ method }) => method)),
    ).toEqual(new Set(["GET"]));
  });

  it("checks by one real read and names the company", async () => {
    const { fake, context } = await books();
    const session = await connector.open(connector.settings.parse(fake.settings), context);
    expect(await session.check()).toMatchObject({ status: "ok", accountName: "Fake Books Ltd" });
    await session.close();
    const nobody = await startDouble(() => ({ status: 500 }));
    open.push(nobody);
    const lost = await connector.open(connector.settings.parse({ ...fake.settings, base_url: nobody.url }), {
      ...context,
      allowPrivateHosts: [fake.host, nobody.host],
    });
    expect(await lost.check()).toMatchObject({ status: "failed", class: "transient" });
    await lost.close();
  });
});

describe("what QuickBooks objects mean", () => {
  const map = (stream: string, raw: unknown): unknown =>
    connector.map(raw, mapContext("quickbooks", "12", { stream, id: "5" }));

  it("maps recorded customers with their contact details as text", () => {
    const recorded = JSON.parse(fixture("all-customers.http.json")) as {
      interactions: { response: { bodyText: string } }[];
    };
    const rows = recorded.interactions.flatMap(
      ({ response }) =>
        (JSON.parse(response.bodyText) as { QueryResponse: { Customer?: Record<string, unknown>[] } }).QueryResponse
          .Customer ?? [],
    );
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.map((row) => map("customers", row)).filter((result) => !Array.isArray(result))).toEqual([]);
    expect(
      map(
        "customers",
        rows.find((row) => row["Id"] === "1"),
      ),
    ).toEqual([
      expect.objectContaining({
        kind: "customer",
        name: "Amy's Bird Sanctuary",
        givenName: "Amy",
        phones: ["(650) 555-3311"],
        emails: ["Birds@Intuit.com"],
        street: "4581 Finch St.",
        region: "CA",
        active: true,
      }),
    ]);
    expect(
      map(
        "customers",
        rows.find((row) => row["Job"] === true),
      ),
    ).toEqual([expect.objectContaining({ isJob: true, parentId: expect.any(String) as string })]);
  });

  it("takes the mark of a deactivated entry off its name, splits addresses, and refers by key", () => {
    expect(
      map("customers", {
        Id: "5",
        DisplayName: "Old Shop (deleted)",
        Active: false,
        PrimaryEmailAddr: { Address: "a@x.jm, b@x.jm" },
        Lat: "INVALID",
      }),
    ).toEqual([{ kind: "customer", name: "Old Shop", active: false, emails: ["a@x.jm", "b@x.jm"] }]);
    expect(
      map("invoices", {
        Id: "5",
        TxnDate: "2026-01-02",
        TotalAmt: 275.5,
        CustomerRef: { value: "8:1", name: "X" },
        CurrencyRef: { value: "JMD" },
        PrivateNote: "Voided by A",
      }),
    ).toEqual([
      {
        kind: "transaction",
        transactionKind: "invoice",
        date: "2026-01-02",
        amount: "275.5",
        currency: "JMD",
        customer: { key: "quickbooks:12:customers:8%3A1", name: "X" },
        voided: true,
      },
    ]);
  });

  it("assumes no currency, and rejects by field without repeating values", () => {
    expect(
      JSON.stringify(map("invoices", { Id: "5", TxnDate: "2026-01-02", TotalAmt: 1, CustomerRef: { value: "1" } })),
    ).not.toContain("currency");
    expect(map("invoices", { Id: "5", TotalAmt: 1 })).toMatchObject({ rejected: "missing_customer" });
    expect(map("invoices", { Id: "5", CustomerRef: { value: "1" } })).toEqual([
      expect.objectContaining({ amount: "", date: "" }),
    ]);
    const rejected = map("customers", { Id: "5", BillAddr: "12 Secret Lane" });
    expect(rejected).toMatchObject({ rejected: "schema_invalid", field: "BillAddr" });
    expect(JSON.stringify(rejected)).not.toContain("Secret");
  });
});
