import { generateKeyPairSync, createVerify } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { findConnector } from "#connectors";
import { manualClock } from "#core";
import type { Connector } from "#core";
import { contentOf, emptyMemory, run, START, testContext } from "./support/context.ts";
import type { Run } from "./support/context.ts";
import { startFakeSheets } from "./support/fake-sheets.ts";
import type { FakeCell, FakeSheets, FakeTab } from "./support/fake-sheets.ts";
import { json, startDouble } from "./support/server.ts";

const connector = findConnector("google-sheets") as Connector;
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function book(
  ...rows: FakeCell[][]
): Promise<{ fake: FakeSheets; tab: FakeTab; context: ReturnType<typeof testContext> }> {
  const fake = await startFakeSheets();
  open.push(fake);
  const tab: FakeTab = { sheetId: 5, title: "Clients", rows };
  fake.tabs.push(tab);
  return { fake, tab, context: testContext({ allowPrivateHosts: [fake.host] }) };
}
const notices = (done: Run): string[] => done.messages.filter((m) => m.type === "notice").map((m) => m.code);
const raws = (done: Run): unknown[] => done.records.map(({ raw }) => raw);

describe("the Google Sheets connector", () => {
  it("types cells by their format, keeps text as typed, and makes an error nothing", async () => {
    const { fake, context } = await book(
      ["Our clients"],
      ["Name", "Since", "Seen", "Owes", "VIP", "Phone"],
      ["Ann", { serial: 43831 }, { serial: 43831.5, type: "DATE_TIME" }, 12.5, true, " 0876 555"],
      ["Bob", null, null, { error: "REF" }, null, 8765551234],
    );
    const done = await run(connector, fake.settings, { context });
    expect(raws(done)).toEqual([
      { Name: "Ann", Since: "2020-01-01", Seen: "2020-01-01T12:00:00", Owes: 12.5, VIP: true, Phone: " 0876 555" },
      { Name: "Bob", Owes: null, Phone: 8765551234, __errors: ["Owes"] },
    ]);
    expect(done.records[0]?.provenance).toMatchObject({ sheet: "Clients", row: 3 });
  });

  it("asks Drive first, and nothing else on a quiet night", async () => {
    const { fake, context } = await book(["Name", "Phone"], ["Ann", "1"]);
    const memory = emptyMemory();
    await run(connector, fake.settings, { context, memory });
    const session = await connector.open(connector.settings.parse(fake.settings), context);
    const before = fake.asked.length;
    const messages = [];
    for await (const message of session.read([{ stream: "tab_5", state: memory.states.get("tab_5") ?? null }]))
      messages.push(message);
    await session.close();
    expect(fake.asked.slice(before).map(({ url }) => url.pathname)).toEqual(["/drive/v3/files/fake-sheet-id"]);
    expect(messages.map((m) => m.type)).toEqual(["notice", "streamEnd"]);
    expect(messages.at(-1)).toMatchObject({ outcome: "complete", snapshot: false });
  });

  it("keeps a tab's stream when the tab is renamed, and names the columns that moved, came and went", async () => {
    const { fake, tab, context } = await book(["Name", "Phone", "Parish", "Rep"], ["Ann", "1", "Hanover", "R"]);
    const memory = emptyMemory();
    await run(connector, fake.settings, { context, memory });
    tab.title = "Clients 'new'";
    tab.rows = [
      ["Phone", "Name", "Parish", "E-mail"],
      ["1", "Ann", "Hanover", "a@x.jm"],
    ];
    fake.touch();
    const done = await run(connector, fake.settings, { context, memory });
    expect(notices(done)).toEqual(["columns_added", "columns_removed", "columns_moved"]);
    expect(done.messages.find((m) => m.type === "schema")).toMatchObject({
      stream: "tab_5",
      before: ["Name", "Phone", "Parish", "Rep"],
      after: ["Phone", "Name", "Parish", "E-mail"],
    });
    expect(raws(done)).toEqual([{ Phone: "1", Name: "Ann", Parish: "Hanover", "E-mail": "a@x.jm" }]);
  });

  it("stops a tab whose header became another one, keeps its records, and goes on with the other tabs", async () => {
    const { fake, tab, context } = await book(["Name", "Phone", "Parish"], ["Ann", "1", "Hanover"]);
    fake.tabs.push({
      sheetId: 6,
      title: "Other",
      rows: [
        ["A", "B"],
        ["x", "y"],
      ],
    });
    const memory = emptyMemory();
    await run(connector, fake.settings, { context, memory });
    const before = contentOf(memory);
    tab.rows = [
      ["Colour", "Size", "Parish"],
      ["red", "L", "x"],
    ];
    fake.touch();
    const done = await run(connector, fake.settings, { context, memory });
    expect(done.ends.get("tab_5")).toMatchObject({ outcome: "failed", error: { code: "VENDOR_SCHEMA" } });
    expect(done.ends.get("tab_6")).toMatchObject({ outcome: "complete" });
    expect(contentOf(memory)).toEqual(before);
  });

  it("tells an emptied tab by a notice and a complete, empty read", async () => {
    const { fake, tab, context } = await book(["Name", "Phone"], ["Ann", "1"]);
    const memory = emptyMemory();
    await run(connector, fake.settings, { context, memory });
    for (const rows of [[["Name", "Phone"]], []]) {
      tab.rows = rows;
      fake.touch();
      const done = await run(connector, fake.settings, { context, memory });
      expect(done.ends.get("tab_5")).toMatchObject({ outcome: "complete", snapshot: true, counts: { records: 0 } });
      expect(notices(done)).toContain("stream_emptied");
    }
  });

  it("takes a sheet that is no longer shared for lost access, not for empty", async () => {
    const { fake, context } = await book(["Name", "Phone"], ["Ann", "1"]);
    for (const [status, code] of [
      [404, "VENDOR_NOT_FOUND"],
      [403, "VENDOR_PERMISSION"],
    ] as const) {
      const memory = emptyMemory();
      const session = await connector.open(connector.settings.parse(fake.settings), context);
      fake.fault(
        json(
          { error: { code: status, status: status === 404 ? "NOT_FOUND" : "PERMISSION_DENIED", message: "no" } },
          status,
        ),
      );
      const ends = [];
      for await (const message of session.read([{ stream: "tab_5", state: null }])) ends.push(message);
      await session.close();
      expect(ends).toEqual([
        expect.objectContaining({
          type: "streamEnd",
          outcome: "failed",
          snapshot: false,
          error: expect.objectContaining({ code }) as unknown,
        }),
      ]);
      expect(contentOf(memory)).toEqual({});
    }
  });

  it("goes on without Drive where the token may read the sheet alone", async () => {
    const { fake, context } = await book(["Name", "Phone"], ["Ann", "1"]);
    const errors = [{ reason: "insufficientPermissions" }];
    fake.fault(json({ error: { code: 403, status: "PERMISSION_DENIED", errors } }, 403), { path: "/drive/", times: 9 });
    const done = await run(connector, fake.settings, { context });
    expect(done.ends.get("tab_5")).toMatchObject({ outcome: "complete", counts: { records: 1 } });
  });

  it("takes an answer that says nothing for a fault, not for an empty tab", async () => {
    for (const body of [{}, { error: { code: 500, message: "x" } }]) {
      const { fake, context } = await book(["Name", "Phone"], ["Ann", "1"]);
      // The list of tabs is asked for first.
      const tabs = { properties: {}, sheets: [{ properties: { sheetId: 5, title: "Clients" } }] };
      fake.fault(json(tabs), { path: "/v4/" });
      fake.fault(json(body), { path: "/v4/", times: 9 });
      const session = await connector.open(connector.settings.parse(fake.settings), context);
      const messages = [];
      for await (const message of session.read([{ stream: "tab_5", state: null }])) messages.push(message);
      await session.close();
      expect(messages).toMatchObject([{ outcome: "failed", snapshot: false, error: { code: "VENDOR_SCHEMA" } }]);
    }
  });

  it("tells hours that pass a day from times of a day", async () => {
    const { fake, tab, context } = await book(["Name", "Worked"], ["Ann", null]);
    tab.rows[1] = ["Ann", { serial: 1.5, type: "TIME", pattern: "[h]:mm" }];
    const done = await run(connector, fake.settings, { context });
    expect(raws(done)).toEqual([{ Name: "Ann", Worked: 129_600 }]);
  });

  it("waits for the next full minute when the quota is used up, also when that comes as a 403", async () => {
    for (const [status, body] of [
      [
        429,
        {
          error: {
            code: 429,
            status: "RESOURCE_EXHAUSTED",
            message: "Quota exceeded",
            details: [{ reason: "RATE_LIMIT_EXCEEDED" }],
          },
        },
      ],
      [403, { error: { code: 403, errors: [{ reason: "userRateLimitExceeded" }], message: "limit" } }],
    ] as const) {
      const { fake } = await book(["Name", "Phone"], ["Ann", "1"]);
      const clock = manualClock(START + 20_000);
      fake.fault(json(body, status), { path: "/v4/", times: 2 });
      const done = await run(connector, fake.settings, {
        context: testContext({ allowPrivateHosts: [fake.host], clock }),
      });
      expect(done.ends.get("tab_5")).toMatchObject({ outcome: "complete" });
      expect(clock.now() - START).toBeGreaterThanOrEqual(60_000);
      expect(clock.now() - START).toBeLessThan(75_000);
    }
  });

  it("signs in as a service account, and says with whom to share the sheet", async () => {
    const { fake } = await book(["Name", "Phone"], ["Ann", "1"]);
    const { privateKey, publicKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    const dir = mkdtempSync(join(tmpdir(), "key-"));
    writeFileSync(
      join(dir, "key.json"),
      JSON.stringify({ client_email: "robot@project.example", private_key: privateKey }),
    );
    let tokens = 0;
    const oauth = await startDouble(({ body }) => {
      const [head, claims, signature] = (new URLSearchParams(body).get("assertion") ?? "").split(".");
      const valid = createVerify("RSA-SHA256")
        .update(`${head}.${claims}`)
        .verify(publicKey, signature ?? "", "base64url");
      tokens += 1;
      return valid
        ? json({ access_token: "ya29.canary-access-token", expires_in: 3600 })
        : json({ error: "invalid_grant" }, 400);
    });
    open.push(oauth);
    const { access_token: _none, ...rest } = fake.settings;
    const settings = { ...rest, service_account_file: "key.json", token_url: oauth.url };
    const context = testContext({ allowPrivateHosts: [fake.host, oauth.host], baseDir: dir });
    const done = await run(connector, settings, { context });
    expect(done.ends.get("tab_5")).toMatchObject({ outcome: "complete", counts: { records: 1 } });
    expect(tokens).toBe(1);
    fake.fault(json({ error: { code: 403, status: "PERMISSION_DENIED" } }, 403), { times: 10 });
    const session = await connector.open(connector.settings.parse(settings), context);
    expect(await session.check()).toMatchObject({
      status: "failed",
      hint: expect.stringContaining("Share the sheet with robot@project.example") as string,
    });
    await session.close();
    rmSync(dir, { recursive: true });
  });
});
