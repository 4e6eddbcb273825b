import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { C360Error, manualClock, seededRandom, silentLogger } from "#core";
import type { ConnectorContext, ConnectorMessage, Random } from "#core";
import { findConnector, openPage, parseRobots, SYNTAXES } from "#connectors";
import type { Figure } from "./figure.ts";
import { processorMs, spoiledInputs } from "./mutate.ts";
import { WEB_SEEDS } from "./web-seeds.ts";

const PER_SOURCE = 10_000;
const HANG_MS = 10_000;

/** What spoiled inputs did to one source. */
export interface Damage {
  readonly source: string;
  readonly inputs: number;
  /** Anything thrown that is no answer in our own words; the first one in words. */
  crashes: number;
  hangs: number;
  /** Objects that a whole input holds and that neither came out nor were told of. */
  losses: number;
  first: string;
}

type Trial = (bytes: Buffer) => Promise<{ readonly lost: number }>;

/** Spoiled pages, robots.txt files and vendor answers: nothing may crash, hang or get lost without a word. */
export async function* benchMutationsWeb(): AsyncGenerator<Figure> {
  for await (const damage of spoilWeb(PER_SOURCE, 1)) {
    const { source, inputs, crashes, hangs, losses, first } = damage;
    yield { what: `${source}: spoiled inputs`, value: inputs };
    for (const [what, value] of Object.entries({ crashes, hangs, "silent losses": losses })) {
      yield { what: `${source}: ${what}`, value, bar: "0", met: value === 0 };
    }
    if (first !== "") yield { what: `${source}: the first`, value: first };
  }
}

/** Runs `count` spoiled inputs of each source. */
export async function* spoilWeb(count: number, seed: number): AsyncGenerator<Damage> {
  yield await spoil("pages", count, seededRandom(seed), readPage);
  yield await spoil("robots", count, seededRandom(seed + 1), readRobots);
  const vendor = await startVendor();
  try {
    yield await spoil("quickbooks", count, seededRandom(seed + 2), (bytes) => vendor.quickbooks(bytes));
    yield await spoil("sheets", count, seededRandom(seed + 3), (bytes) => vendor.sheets(bytes));
  } finally {
    await vendor.close();
  }
}

async function spoil(source: keyof typeof WEB_SEEDS, count: number, random: Random, trial: Trial): Promise<Damage> {
  const damage: Damage = { source, inputs: count, crashes: 0, hangs: 0, losses: 0, first: "" };
  for (const { seed, how, bytes } of spoiledInputs(WEB_SEEDS[source], count, random)) {
    const started = processorMs();
    try {
      const { lost } = await trial(bytes);
      if (lost > 0) damage.losses += 1;
      if (lost > 0 && damage.first === "") damage.first = `lost ${lost} of ${seed}, ${how}`;
    } catch (error) {
      if (!(error instanceof C360Error) || error.class === "bug") {
        damage.crashes += 1;
        if (damage.first === "") damage.first = `${seed}, ${how}: ${String(error)}`;
      }
    }
    if (processorMs() - started > HANG_MS) {
      damage.hangs += 1;
      if (damage.first === "") damage.first = `${seed}, ${how}: more than ${HANG_MS} ms`;
    }
  }
  return damage;
}

function readPage(bytes: Buffer): Promise<{ readonly lost: number }> {
  const page = openPage(bytes, "https://dir.example/a/b.html");
  for (const syntax of SYNTAXES) JSON.stringify(page.items(syntax));
  JSON.stringify(page.businesses());
  const items = page.items("jsonld") as readonly unknown[];
  const text = bytes.toString("utf8");
  const found = /<script type="application\/ld\+json">([\s\S]*?)<\/script>/.exec(text);
  // A block that is JSON still has to come out, unless an open tag, script or comment before it swallows it.
  const block = isOpen(text.slice(0, found?.index ?? 0)) ? undefined : found?.[1];
  return Promise.resolve({ lost: block !== undefined && isObject(block) && items.length === 0 ? 1 : 0 });
}

function isOpen(before: string): boolean {
  return !/^(?:[^<]|<[^<>]*>)*$/.test(before) || /<(?:script|style|title|textarea|template|noscript|!)/i.test(before);
}

function isObject(text: string): boolean {
  try {
    const value = JSON.parse(text) as unknown;
    return value !== null && typeof value === "object" && (!Array.isArray(value) || value.length > 0);
  } catch {
    return false;
  }
}

function readRobots(bytes: Buffer): Promise<{ readonly lost: number }> {
  const robots = parseRobots(bytes.toString("utf8"));
  robots.verdict("Customer360", "https://dir.example/private/a%20b.html?x=1");
  robots.crawlDelay("Customer360");
  return Promise.resolve({ lost: 0 });
}

interface Vendor {
  quickbooks: Trial;
  sheets: Trial;
  close(): Promise<void>;
}

/** Plays both vendors: everything but the data is well. */
async function startVendor(): Promise<Vendor> {
  let body: Buffer = Buffer.alloc(0);
  const server = createServer((asked, answer) => {
    const url = new URL(asked.url ?? "/", "http://vendor");
    const isFirst = !/STARTPOSITION (?!1 )\d+|LastUpdatedTime >=/.test(url.searchParams.get("query") ?? "");
    answer.setHeader("content-type", "application/json");
    if (url.pathname === "/token") answer.end('{"access_token":"at-1","refresh_token":"rt-2","expires_in":3600}');
    else if (url.pathname.includes("/drive/")) answer.end('{"modifiedTime":"2026-01-01T00:00:00Z"}');
    else if (url.pathname.includes("/v4/") && !url.searchParams.has("ranges"))
      answer.end('{"properties":{"title":"B"},"sheets":[{"properties":{"sheetId":1,"title":"Customers"}}]}');
    else if (url.pathname.includes("/query") && !isFirst)
      answer.end('{"QueryResponse":{},"time":"2026-03-02T12:00:00Z"}');
    else answer.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const url = `http://${host}`;
  const books = { realm_id: "1", client_id: "c", client_secret: "s", refresh_token: "r", base_url: url };
  const sheet = { spreadsheet_id: "x", access_token: "t", base_url: url, drive_base_url: url };
  return {
    quickbooks: async (bytes) => {
      body = bytes;
      const messages = await readAll("quickbooks", { ...books, token_url: `${url}/token` }, "customers", host);
      return { lost: lostOf(messages, objectsIn(bytes)) };
    },
    sheets: async (bytes) => {
      body = bytes;
      await readAll("google-sheets", { ...sheet, token_url: `${url}/token` }, "tab_1", host);
      return { lost: 0 };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function objectsIn(bytes: Buffer): number {
  try {
    const answer = JSON.parse(bytes.toString("utf8")) as { QueryResponse?: { Customer?: unknown } } | null;
    const rows = answer?.QueryResponse?.Customer;
    return Array.isArray(rows) ? new Set(rows.map((row) => JSON.stringify(row))).size : 0;
  } catch {
    return 0;
  }
}

/** Objects that did not come out of a read that calls itself whole. */
function lostOf(messages: readonly ConnectorMessage[], objects: number): number {
  const end = messages.find((message) => message.type === "streamEnd");
  if (end === undefined) return objects;
  if (end.outcome === "failed" || end.outcome === "partial") return 0;
  return Math.max(0, objects - messages.filter((message) => message.type === "record").length);
}

async function readAll(
  name: string,
  settings: Readonly<Record<string, unknown>>,
  stream: string,
  host: string,
): Promise<readonly ConnectorMessage[]> {
  const connector = findConnector(name);
  if (connector === undefined) throw new TypeError(`there is no connector ${name}`);
  const session = await connector.open(connector.settings.parse(settings), contextFor(host));
  const messages: ConnectorMessage[] = [];
  try {
    for await (const message of session.read([{ stream, state: null }])) messages.push(message);
  } finally {
    await session.close();
  }
  const bug = messages.find((message) => message.type === "streamEnd" && message.error?.class === "bug");
  if (bug !== undefined) throw new TypeError(JSON.stringify(bug));
  return messages;
}

function contextFor(host: string): ConnectorContext {
  return {
    clock: manualClock(Date.parse("2026-03-02T12:00:00Z")),
    random: seededRandom(1),
    log: silentLogger,
    secrets: {
      get: () => Promise.resolve(null),
      set: () => Promise.resolve(),
      delete: () => Promise.resolve(),
      withLease: (_name, work) => work(),
    },
    signal: new AbortController().signal,
    limits: { hostDelayMs: 0, timeoutMs: 2000, maxBodyBytes: 5_000_000 },
    allowPrivateHosts: [host],
    known: () => Promise.resolve([]),
    baseDir: ".",
    userAgent: "Customer360/0.1 (bench)",
  };
}
