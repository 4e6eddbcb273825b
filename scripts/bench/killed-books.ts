import { json, startDouble } from "../../tests/connectors/support/server.ts";
import type { Answer, Asked, Double } from "../../tests/connectors/support/server.ts";

interface Customer {
  readonly id: string;
  readonly version: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A large company's books: customers in the order of their last change, whose truth is known. */
export interface LargeBooks extends Double {
  readonly settings: Readonly<Record<string, string>>;
  /** Version by id of every customer that exists. */
  truth(): ReadonlyMap<string, number>;
  /** Changes `changes` customers, removes `removals` and adds as many. */
  change(random: () => number, counts: { readonly changes: number; readonly removals: number }): void;
}

const START = Date.parse("2026-03-02T06:00:00Z");
const HOUR = 3_600_000;
/** An access token serves so many requests: a sync needs several. */
const TOKEN_LIFE = 40;

/** What a customer of the books is called in a version. */
export function nameOf(id: string, version: number): string {
  return `Customer Number${id} Version${version}`;
}

interface Ledger {
  rows: Customer[];
  gone: { readonly id: string; readonly at: number }[];
  clock: number;
  added: number;
}

/** Starts the books with so many customers. The refresh token rotates; the one before is good until the new one is used. */
export async function startLargeBooks(count: number): Promise<LargeBooks> {
  const ledger: Ledger = {
    rows: Array.from({ length: count }, (_, n) => ({ id: String(n + 1), version: 0, at: stampOf(START - HOUR, n) })),
    gone: [],
    clock: START,
    added: count,
  };
  const auth = tokens();
  const double = await startDouble((asked) => {
    if (asked.url.pathname === "/token") return auth.refresh(asked.body);
    if (!auth.serves(asked.headers.authorization ?? "")) return auth.refusal;
    return asked.url.pathname.endsWith("/cdc")
      ? changesOf(ledger, asked)
      : query(ledger, asked.url.searchParams.get("query") ?? "");
  });
  return {
    ...double,
    settings: {
      realm_id: "9130000000000001",
      client_id: "client",
      client_secret: "bench-client-secret",
      refresh_token: auth.first,
      base_url: double.url,
      token_url: `${double.url}/token`,
    },
    truth: () => new Map(ledger.rows.map(({ id, version }) => [id, version])),
    change: (random, counts) => change(ledger, random, counts),
  };
}

/** So many changes have the same stamp: a second. */
function stampOf(from: number, n: number): number {
  return from + Math.floor(n / 700) * 1000;
}

function change(ledger: Ledger, random: () => number, counts: { changes: number; removals: number }): void {
  ledger.clock += HOUR;
  const from = ledger.clock - HOUR / 2;
  const order = ledger.rows.map((row) => ({ row, lot: random() })).sort((a, b) => a.lot - b.lot);
  const removed = order.slice(0, counts.removals).map(({ row }) => row);
  const touched = order.slice(counts.removals, counts.removals + counts.changes).map(({ row }) => row);
  const fresh = removed.map(() => ({ id: String((ledger.added += 1)), version: -1 }));
  const out = new Set([...removed, ...touched].map(({ id }) => id));
  ledger.gone = [...ledger.gone, ...removed.map(({ id }, n) => ({ id, at: from + n * 1000 }))];
  ledger.rows = [
    ...ledger.rows.filter(({ id }) => !out.has(id)),
    ...[...touched, ...fresh].map(({ id, version }, n) => ({ id, version: version + 1, at: stampOf(from, n) })),
  ];
}

function query(ledger: Ledger, text: string): Answer {
  const entity = /FROM (\w+)/.exec(text)?.[1] ?? "";
  const number = (pattern: RegExp, otherwise: number): number => Number(pattern.exec(text)?.[1] ?? otherwise);
  const instant = (pattern: RegExp, otherwise: number): number =>
    Date.parse(pattern.exec(text)?.[1] ?? "") || otherwise;
  if (entity === "CompanyInfo") return answerOf(ledger, entity, [company(timeText(START - HOUR))], 1);
  const [from, to] = [instant(/>= '([^']+)'/, 0), instant(/<= '([^']+)'/, Infinity)];
  const start = number(/STARTPOSITION (\d+)/, 1);
  const ids = /\bId IN \(([^)]*)\)/.exec(text)?.[1];
  const isAsked = ({ id, at }: Customer): boolean =>
    ids === undefined ? at >= from && at <= to : ids.includes(`'${id}'`);
  const found = entity === "Customer" ? ledger.rows.filter(isAsked) : [];
  const page = found.slice(start - 1, start - 1 + number(/MAXRESULTS (\d+)/, 100));
  return answerOf(ledger, entity, page.map(object), start);
}

function answerOf(ledger: Ledger, entity: string, list: readonly object[], start: number): Answer {
  const page = list.length === 0 ? {} : { [entity]: list, startPosition: start, maxResults: list.length };
  return json({ QueryResponse: page, time: timeText(ledger.clock) });
}

function changesOf(ledger: Ledger, asked: Asked): Answer {
  const since = Date.parse(asked.url.searchParams.get("changedSince") ?? "");
  const entity = asked.url.searchParams.get("entities") ?? "";
  const stubs = ledger.gone
    .filter(({ at }) => at >= since)
    .map(({ id, at }) => ({ status: "Deleted", domain: "QBO", Id: id, MetaData: { LastUpdatedTime: timeText(at) } }));
  const changed = ledger.rows.filter(({ at }) => at >= since).map(object);
  const list = entity === "Customer" ? [...stubs, ...changed].slice(0, 1000) : [];
  const answer = [{ QueryResponse: [list.length === 0 ? {} : { [entity]: list }] }];
  return json({ CDCResponse: answer, time: timeText(ledger.clock) });
}

function object({ id, version, at }: Customer): object {
  const phone = `876-${200 + (Number(id) % 700)}-${String(Number(id) % 10_000).padStart(4, "0")}`;
  return {
    Id: id,
    SyncToken: String(version),
    DisplayName: nameOf(id, version),
    Active: true,
    PrimaryPhone: { FreeFormNumber: phone },
    MetaData: { LastUpdatedTime: timeText(at) },
  };
}

function timeText(at: number): string {
  return new Date(at).toISOString().replace(".000Z", "-00:00");
}

function company(changed: string): object {
  return { Id: "1", SyncToken: "0", CompanyName: "Large Books Ltd", MetaData: { LastUpdatedTime: changed } };
}

/** Access tokens that wear out and refresh tokens that rotate. */
function tokens(): {
  readonly first: string;
  readonly refusal: Answer;
  refresh(body: string): Answer;
  serves(header: string): boolean;
} {
  const token = (n: number): string => `RT-bench-${n}`;
  let newest = 0;
  let left = 0;
  return {
    first: token(0),
    refusal: json(
      { fault: { error: [{ message: "AuthenticationFailed", code: "3200" }], type: "AUTHENTICATION" } },
      401,
    ),
    refresh: (body) => {
      const given = new URLSearchParams(body).get("refresh_token");
      if (given !== token(newest) && given !== token(newest - 1)) return json({ error: "invalid_grant" }, 400);
      if (given === token(newest)) newest += 1;
      left = TOKEN_LIFE;
      return json({
        access_token: `AT-bench-${newest}`,
        refresh_token: token(newest),
        expires_in: 3600,
        token_type: "bearer",
      });
    },
    serves: (header) => {
      left -= 1;
      return left >= 0 && header === `Bearer AT-bench-${newest}`;
    },
  };
}
