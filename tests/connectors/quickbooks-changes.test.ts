import { createHmac } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { findConnector } from "#connectors";
import type { Connector, ConnectorContext, ConnectorMessage, StreamPlan } from "#core";
import { emptyMemory, run, testContext } from "./support/context.ts";
import { startFakeBooks } from "./support/fake-quickbooks.ts";
import type { FakeBooks } from "./support/fake-quickbooks.ts";
import { json } from "./support/server.ts";

const connector = findConnector("quickbooks") as Connector;
const open: FakeBooks[] = [];
const DAY = 86_400_000;

afterEach(async () => {
  for (const fake of open.splice(0)) await fake.close();
});

async function books(): Promise<{ fake: FakeBooks; context: ConnectorContext }> {
  const fake = await startFakeBooks();
  open.push(fake);
  return { fake, context: testContext({ allowPrivateHosts: [fake.host] }) };
}

async function readPlan(fake: FakeBooks, context: ConnectorContext, plan: StreamPlan): Promise<ConnectorMessage[]> {
  const session = await connector.open(connector.settings.parse(fake.settings), context);
  const messages: ConnectorMessage[] = [];
  for await (const message of session.read([plan])) messages.push(message);
  await session.close();
  return messages;
}

describe("what the increments of QuickBooks miss", () => {
  it("is told one by one by the weekly sweep, by the vendor's clock", async () => {
    const { fake, context } = await books();
    for (let n = 1; n <= 5; n += 1) fake.put("Customer", String(n));
    const memory = emptyMemory();
    await run(connector, fake.settings, { context, memory, streams: ["customers"] });
    fake.remove("Customer", "3");
    // The vendor has forgotten the delete by now; our own clock did not move at all.
    fake.deleted.length = 0;
    fake.clock += 40 * DAY;
    const later = await run(connector, fake.settings, { context, memory, streams: ["customers"] });
    expect(later.records.filter(({ op }) => op === "delete").map(({ id }) => id)).toEqual(["3"]);
    expect(fake.asked.some(({ url }) => url.pathname.endsWith("/cdc"))).toBe(false);
  });

  it("is not believed when it would delete most of what there is", async () => {
    const { fake, context } = await books();
    for (let n = 1; n <= 60; n += 1) fake.put("Customer", String(n));
    const memory = emptyMemory();
    await run(connector, fake.settings, { context, memory, streams: ["customers"] });
    fake.tables.set("Customer", []);
    fake.put("Customer", "1");
    fake.clock += 8 * DAY;
    const later = await run(connector, fake.settings, { context, memory, streams: ["customers"] });
    expect(later.records.filter(({ op }) => op === "delete")).toEqual([]);
    expect(later.messages.some((one) => one.type === "notice" && one.code === "volume_drop")).toBe(true);
    expect(memory.records.size).toBe(60);
  });

  it("is not believed when nothing comes any more, however little there was", async () => {
    const { fake, context } = await books();
    for (const id of ["1", "2"]) fake.put("Customer", id);
    const memory = emptyMemory();
    await run(connector, fake.settings, { context, memory, streams: ["customers"] });
    fake.tables.set("Customer", []);
    fake.clock += 8 * DAY;
    const later = await run(connector, fake.settings, { context, memory, streams: ["customers"] });
    expect(later.ends.get("customers")).toMatchObject({ outcome: "complete", snapshot: false });
    expect(later.messages.some((one) => one.type === "notice" && one.code === "stream_emptied")).toBe(true);
    expect(memory.records.size).toBe(2);
  });

  it("comes from change data capture too; an object of which only the id comes is asked for", async () => {
    const { fake, context } = await books();
    fake.put("Invoice", "1", { TotalAmt: 10 });
    fake.put("Invoice", "2", { TotalAmt: 20 });
    const memory = emptyMemory();
    await run(connector, fake.settings, { context, memory, streams: ["invoices"] });
    const stamp = new Date(fake.clock).toISOString();
    const list = [
      { Id: "1", SyncToken: "1", TotalAmt: 0, PrivateNote: "Voided", MetaData: { LastUpdatedTime: stamp } },
      { Id: "2" },
      { Id: "9" },
    ];
    fake.fault(json({ CDCResponse: [{ QueryResponse: [{ Invoice: list }] }], time: stamp }), { path: "/cdc" });
    const later = await run(connector, fake.settings, { context, memory, streams: ["invoices"] });
    expect(later.records.map(({ id, raw }) => [id, (raw as { PrivateNote?: string }).PrivateNote])).toEqual([
      ["1", "Voided"],
      // The vendor has no other word on it: it is handed on as it came. The second is known already, and whole.
      ["9", undefined],
    ]);
    expect(fake.asked.at(-1)?.url.searchParams.get("query")).toContain("Id IN ('2', '9')");
  });

  it("ends where a server gives the same page whatever is asked, or gives it in no order", async () => {
    const { fake, context } = await books();
    const rows = [3, 1, 2].map((n) => ({
      Id: String(n),
      SyncToken: "0",
      DisplayName: `C ${n}`,
      MetaData: { LastUpdatedTime: `2026-01-0${n}T00:00:00Z` },
    }));
    fake.fault(json({ QueryResponse: { Customer: rows }, time: "2026-03-02T12:00:00Z" }), {
      times: 1e6,
      path: "/query",
    });
    const done = await run(connector, fake.settings, { context, streams: ["customers"] });
    expect(done.records.map(({ id }) => id).sort()).toEqual(["1", "2", "3"]);
    expect(done.ends.get("customers")?.outcome).toBe("complete");
  });

  it("includes entities that are only asked for by name", async () => {
    const { fake, context } = await books();
    fake.put("TaxAgency", "7", { Active: false });
    const messages = await readPlan(fake, context, { stream: "tax_agencies", state: null });
    expect(messages.filter((one) => one.type === "record").map(({ id }) => id)).toEqual(["7"]);
  });
});

describe("webhooks of QuickBooks", () => {
  const legacy = {
    eventNotifications: [
      {
        realmId: "1234567890",
        dataChangeEvent: {
          entities: [
            { name: "Customer", id: "1", operation: "Update", lastUpdated: "2026-03-02T10:00:00Z" },
            { name: "Customer", id: "2", operation: "Delete", lastUpdated: "2026-03-02T10:00:00Z" },
            { name: "Vendor", id: "8", operation: "Create", lastUpdated: "2026-03-02T10:00:00Z" },
          ],
        },
      },
    ],
  };
  const event = { specversion: "1.0", time: "2026-03-02T10:00:00Z", intuitaccountid: "1234567890", data: {} };
  const cloud = [
    { ...event, id: "a", type: "qbo.customer.updated.v1", intuitentityid: "1" },
    { ...event, id: "b", type: "qbo.customer.deleted.v1", intuitentityid: "2" },
    { ...event, id: "a", type: "qbo.customer.updated.v1", intuitentityid: "1" },
  ];
  const settingsOf = (fake: FakeBooks): unknown =>
    connector.settings.parse({ ...fake.settings, webhook_verifier_token: "canary-verifier" });
  const signed = (body: Buffer, token = "canary-verifier"): { body: Buffer; headers: Record<string, string> } => ({
    body,
    headers: { "intuit-signature": createHmac("sha256", token).update(body).digest("base64") },
  });

  it("poke the same objects in both forms of their body, each once, and what they name is read", async () => {
    const { fake, context } = await books();
    fake.put("Customer", "1");
    for (const form of [legacy, cloud]) {
      const pokes = connector.webhook?.(signed(Buffer.from(JSON.stringify(form))), settingsOf(fake)) ?? [];
      expect(pokes.map(({ account, stream, id, gone }) => [account, stream, id, gone])).toEqual([
        ["1234567890", "customers", "1", false],
        ["1234567890", "customers", "2", true],
      ]);
      const session = testContext({ allowPrivateHosts: [fake.host], secrets: context.secrets });
      const messages = await readPlan(fake, session, { stream: "customers", state: null, pokes });
      const records = messages.filter((one) => one.type === "record");
      expect(records.map(({ op, id }) => `${op} ${id}`)).toEqual(["upsert 1", "delete 2"]);
      expect(messages.at(-1)).toMatchObject({ type: "streamEnd", outcome: "complete", snapshot: false });
    }
  });

  it("are refused when the signature is not over these very bytes, and say why without a secret", async () => {
    const { fake } = await books();
    const body = Buffer.from(JSON.stringify(cloud));
    const other = { ...signed(body), body: Buffer.from(`${body.toString()} `) };
    for (const request of [other, signed(body, "another token"), { body, headers: {} }]) {
      expect(() => connector.webhook?.(request, settingsOf(fake))).toThrow(/signature/);
    }
    expect(() => connector.webhook?.(signed(Buffer.from("{}")), settingsOf(fake))).toThrow(/neither form/);
  });
});
