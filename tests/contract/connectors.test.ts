import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CONNECTORS, findConnector } from "#connectors";
import type { Connector, TableMapping } from "#core";
import { startFakeBooks } from "../connectors/support/fake-quickbooks.ts";
import { startFakeSheets } from "../connectors/support/fake-sheets.ts";
import { listingPage, startFakeMailings, startFakeSite, startFakeSocial } from "../connectors/support/fake-sites.ts";
import { START } from "../connectors/support/context.ts";
import { connectorSuite } from "./connector-suite.ts";
import type { ConnectorFixture, Source } from "./connector-suite.ts";

function named(name: string): Connector {
  const connector = findConnector(name);
  if (connector === undefined) throw new Error(`no connector ${name}`);
  return connector;
}

const NOTES_TABLE: TableMapping = {
  entity: "customer",
  load: "snapshot",
  columns: { Name: "name", Note: "notes" },
  id: "Key",
};

const quickbooks: ConnectorFixture = {
  connector: named("quickbooks"),
  perMinute: 458,
  dataPath: "/query",
  start: async (now) => {
    const books = await startFakeBooks(now);
    let unknown = {};
    return {
      settings: books.settings,
      double: books,
      stream: () => "customers",
      put: (key, note) => void books.put("Customer", key, { Notes: note, ...unknown }),
      remove: (key) => books.remove("Customer", key),
      settle: () => void (books.clock += 120_000),
      tokens: {
        lasts: (requests) => void (books.tokenLife = requests),
        refreshes: () => books.refreshes,
      },
      noteOf: (raw) => (raw as { Notes: unknown }).Notes,
      keyOf: (raw) => (raw as { Id: string }).Id,
      addUnknownField: () => void (unknown = { FutureField: { text: "kept as it came" } }),
      canaries: [
        "canary-client-secret",
        "RT-first-canary-0",
        "RT-canary-1-rotated",
        "AT-canary-1-access",
        "RT-canary-2-rotated",
      ],
      close: books.close,
    };
  },
};

const sheets: ConnectorFixture = {
  connector: named("google-sheets"),
  perMinute: 58,
  dataPath: "/v4/",
  start: async (now) => {
    const book = await startFakeSheets(now);
    const header = ["Key", "Name", "Note"];
    const tab = { sheetId: 77, title: "It's mine", rows: [[...header]] as (string | number | null)[][] };
    book.tabs.push(tab);
    return {
      settings: book.settings,
      double: book,
      stream: () => "tab_77",
      tables: () => ({ tab_77: NOTES_TABLE }),
      put: (key, note) => {
        const row = [key, `Name ${key}`, note, ...(header.length > 3 ? ["kept as it came"] : [])];
        const at = tab.rows.findIndex(([first]) => first === key);
        if (at < 0) tab.rows.push(row);
        else tab.rows[at] = row;
      },
      remove: (key) => void (tab.rows = tab.rows.filter(([first]) => first !== key)),
      settle: () => book.touch(),
      noteOf: (raw) => (raw as Record<string, unknown>)["Note"],
      keyOf: (raw) => String((raw as Record<string, unknown>)["Key"]),
      addUnknownField: () => {
        header.push("Extra");
        tab.rows[0] = [...header];
      },
      canaries: ["ya29.canary-access-token"],
      close: book.close,
    };
  },
};

const excel: ConnectorFixture = {
  connector: named("excel"),
  perMinute: null,
  start: () => {
    const dir = mkdtempSync(join(tmpdir(), "drop-"));
    const rows = new Map<string, string | number>();
    let header = "Key,Name,Note";
    let time = START / 1000;
    const write = (): void => {
      const path = join(dir, "customers.csv");
      const extra = header.endsWith("Extra") ? ",kept as it came" : "";
      writeFileSync(
        path,
        `${header}\n${[...rows].map(([key, note]) => `${key},Name ${key},${note}${extra}\n`).join("")}`,
      );
      time += 10;
      utimesSync(path, time, time);
    };
    const source: Source = {
      settings: { paths: [dir] },
      double: null,
      stream: () => streamName(header),
      tables: () => ({ [streamName(header)]: NOTES_TABLE }),
      put: (key, note) => void rows.set(key, note),
      remove: (key) => void rows.delete(key),
      settle: write,
      spoil: () => {
        writeFileSync(join(dir, "customers.csv"), Buffer.from("504b0304140000000800", "hex"));
      },
      noteOf: (raw) => (raw as Record<string, unknown>)["Note"],
      keyOf: (raw) => String((raw as Record<string, unknown>)["Key"]),
      addUnknownField: () => void (header = "Key,Name,Note,Extra"),
      canaries: ["canary-that-is-nowhere"],
      close: () => rmSync(dir, { recursive: true }),
    };
    return Promise.resolve(source);
  },
};

function streamName(header: string): string {
  return header.endsWith("Extra") ? EXTRA_STREAM : PLAIN_STREAM;
}
/** Streams of tables are named after their headers: these names may never change. */
const PLAIN_STREAM = "table_b7f7a256";
const EXTRA_STREAM = "table_ed83c7ce";

const directory: ConnectorFixture = {
  connector: named("directory"),
  perMinute: 100_000,
  dataPath: "/list/",
  start: async (now) => {
    const site = await startFakeSite(now);
    const listings = new Map<string, Record<string, unknown>>();
    let unknown = {};
    const settle = (): void => {
      const body = listingPage([...listings.values()]);
      site.pages.set("/list/", {
        body,
        etag: `"${body.length}-${[...listings.values()].map((l) => String(l["slogan"])).join("").length}"`,
      });
    };
    settle();
    return {
      settings: site.settings,
      double: site,
      stream: () => "listings",
      put: (key, note) =>
        void listings.set(key, {
          "@id": `https://dir.example/${key}`,
          name: `Firm ${key}`,
          telephone: "876-926-1234",
          slogan: note,
          ...unknown,
        }),
      remove: (key) => void listings.delete(key),
      settle,
      noteOf: (raw) => (raw as Record<string, unknown>)["slogan"],
      keyOf: (raw) => String((raw as Record<string, unknown>)["@id"]).replace("https://dir.example/", ""),
      addUnknownField: () => void (unknown = { knowsAbout: "kept as it came" }),
      canaries: ["canary-that-is-nowhere"],
      close: site.close,
    };
  },
};

const social: ConnectorFixture = {
  connector: named("social"),
  perMinute: 401,
  dataPath: "/v25.0/",
  // The API tells no deletes of posts.
  tellsNoDeletes: true,
  start: async (now) => {
    const network = await startFakeSocial(["shop"], now);
    const media: Record<string, unknown>[] = [];
    let unknown = {};
    network.profiles.set("shop", { id: "900", fields: { name: "Shop" }, media });
    return {
      settings: network.settings,
      double: network,
      stream: () => "posts",
      put: (key, note) => {
        const post = { id: key, caption: note, timestamp: "2026-02-20T10:00:00+0000", ...unknown };
        const at = media.findIndex(({ id }) => id === key);
        if (at < 0) media.push(post);
        else media[at] = post;
      },
      remove: () => undefined,
      settle: () => undefined,
      noteOf: (raw) => (raw as Record<string, unknown>)["caption"],
      keyOf: (raw) => String((raw as Record<string, unknown>)["id"]),
      addUnknownField: () => void (unknown = { future: "kept as it came" }),
      canaries: ["EAAGcanaryToken"],
      close: network.close,
    };
  },
};

const campaigns: ConnectorFixture = {
  connector: named("campaigns"),
  perMinute: 261,
  bulk: 400,
  dataPath: "/3.0/",
  start: async (now) => {
    const account = await startFakeMailings(now);
    let unknown = {};
    return {
      settings: account.settings,
      double: account,
      stream: () => "campaigns",
      put: (key, note) => {
        const fields = {
          settings: { title: key, subject_line: note },
          send_time: "2026-02-20T10:00:00+00:00",
          ...unknown,
        };
        const at = account.campaigns.findIndex(({ id }) => id === key);
        const campaign = { id: key, fields, emails: [] };
        if (at < 0) account.campaigns.push(campaign);
        else account.campaigns[at] = campaign;
      },
      remove: (key) =>
        void account.campaigns.splice(
          account.campaigns.findIndex(({ id }) => id === key),
          1,
        ),
      settle: () => undefined,
      noteOf: (raw) => (raw as { settings: { subject_line: unknown } }).settings.subject_line,
      keyOf: (raw) => String((raw as { id: unknown }).id),
      addUnknownField: () => void (unknown = { future: "kept as it came" }),
      canaries: ["canarykey0123456789-us21"],
      close: account.close,
    };
  },
};

const FIXTURES = [quickbooks, sheets, excel, directory, social, campaigns];

for (const fixture of FIXTURES) connectorSuite(fixture);

describe("the registry", () => {
  it("has a fixture for every connector", () => {
    // A connector that was scaffolded brings a file of its own.
    const own = CONNECTORS.filter(({ name }) => existsSync(new URL(`./${name}.test.ts`, import.meta.url)));
    const covered = [...FIXTURES.map(({ connector }) => connector.name), ...own.map(({ name }) => name)];
    expect(covered.sort()).toEqual(CONNECTORS.map(({ name }) => name).sort());
  });

  it("names secrets that its settings really have, and refuses settings that it does not know", () => {
    for (const connector of CONNECTORS) {
      expect(connector.settings.safeParse({ nonsense: true }).success, connector.name).toBe(false);
    }
  });
});
