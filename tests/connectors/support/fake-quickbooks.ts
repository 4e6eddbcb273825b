import { json, startDouble } from "./server.ts";
import type { Answer, Asked, Double } from "./server.ts";

/** An object of the fake books. */
export type Row = Record<string, unknown> & {
  Id: string;
  SyncToken: string;
  MetaData: { LastUpdatedTime: string };
  Active?: boolean;
};

/** QuickBooks as it behaves: pages, hidden inactive rows, rotating tokens, deletes in change data capture only. */
export interface FakeBooks extends Double {
  readonly tables: Map<string, Row[]>;
  readonly deleted: { entity: string; Id: string; at: string }[];
  /** The vendor's clock, milliseconds. */
  clock: number;
  readonly settings: Record<string, string>;
  /** Refreshes so far. */
  refreshes: number;
  /** Requests that each access token still serves. */
  tokenLife: number;
  /** Runs before each query is answered. */
  beforeQuery: (() => void) | null;
  put(entity: string, id: string, rest?: Record<string, unknown>): Row;
  remove(entity: string, id: string): void;
}

/** Starts the fake. */
export async function startFakeBooks(now?: () => number): Promise<FakeBooks> {
  const state = {
    clock: Date.parse("2026-03-02T12:00:00Z"),
    refresh: "RT-first-canary-0",
    access: "",
    refreshes: 0,
    tokenLife: 1e9,
    left: 0,
  };
  const tables = new Map<string, Row[]>();
  const deleted: { entity: string; Id: string; at: string }[] = [];
  const time = (): string => new Date(state.clock).toISOString().replace("Z", "-00:00");
  const hooks: { beforeQuery: (() => void) | null } = { beforeQuery: null };
  const handle = (asked: Asked): Answer => {
    if (asked.url.pathname === "/token") return token(asked);
    const bearer = (asked.headers.authorization ?? "").replace("Bearer ", "");
    state.left -= 1;
    if (bearer !== state.access || state.left < 0) {
      const error = { message: "AuthenticationFailed", detail: `Token expired: ${bearer}`, code: "3200" };
      return json({ fault: { error: [error], type: "AUTHENTICATION" } }, 401);
    }
    if (asked.method !== "GET") return json({}, 500);
    if (asked.url.pathname.endsWith("/cdc")) return cdc(asked);
    hooks.beforeQuery?.();
    return query(asked.url.searchParams.get("query") ?? "");
  };
  const token = (asked: Asked): Answer => {
    const given = new URLSearchParams(asked.body).get("refresh_token");
    if (given !== state.refresh) return json({ error: "invalid_grant", error_description: `Token invalid` }, 400);
    state.refreshes += 1;
    state.refresh = `RT-canary-${state.refreshes}-rotated`;
    state.access = `AT-canary-${state.refreshes}-access`;
    state.left = state.tokenLife;
    return json({ access_token: state.access, refresh_token: state.refresh, expires_in: 3600, token_type: "bearer" });
  };
  const query = (text: string): Answer => {
    const entity = /FROM (\w+)/.exec(text)?.[1] ?? "";
    const from = Date.parse(/>= '([^']+)'/.exec(text)?.[1] ?? "") || 0;
    const to = Date.parse(/<= '([^']+)'/.exec(text)?.[1] ?? "") || Infinity;
    const start = Number(/STARTPOSITION (\d+)/.exec(text)?.[1] ?? 1);
    const max = Number(/MAXRESULTS (\d+)/.exec(text)?.[1] ?? 100);
    if (max > 1000)
      return json({ Fault: { Error: [{ Message: "Invalid query", code: "4001" }], type: "ValidationFault" } }, 400);
    const ids = /\bId IN \(([^)]*)\)/.exec(text)?.[1];
    const rows = (tables.get(entity) ?? [])
      .filter((row) => ids === undefined || ids.includes(`'${row.Id}'`))
      .filter((row) => text.includes("Active IN (true, false)") || row.Active !== false)
      .filter((row) => {
        const at = Date.parse(row.MetaData.LastUpdatedTime);
        return at >= from && at <= to;
      })
      .sort((a, b) => Date.parse(a.MetaData.LastUpdatedTime) - Date.parse(b.MetaData.LastUpdatedTime))
      .slice(start - 1, start - 1 + max);
    return json({
      QueryResponse: rows.length === 0 ? {} : { [entity]: rows, startPosition: start, maxResults: rows.length },
      time: time(),
    });
  };
  const cdc = (asked: Asked): Answer => {
    const entity = asked.url.searchParams.get("entities") ?? "";
    const since = Date.parse(asked.url.searchParams.get("changedSince") ?? "");
    const changed = (tables.get(entity) ?? []).filter((row) => Date.parse(row.MetaData.LastUpdatedTime) >= since);
    const stubs = deleted
      .filter((stub) => stub.entity === entity && Date.parse(stub.at) >= since)
      .map((stub) => ({ status: "Deleted", domain: "QBO", Id: stub.Id, MetaData: { LastUpdatedTime: stub.at } }));
    const list = [...changed, ...stubs].slice(0, 1000);
    return json({ CDCResponse: [{ QueryResponse: [list.length === 0 ? {} : { [entity]: list }] }], time: time() });
  };
  const double = await startDouble(handle, now);
  tables.set("CompanyInfo", [
    { Id: "1", SyncToken: "0", CompanyName: "Fake Books Ltd", MetaData: { LastUpdatedTime: "2020-01-01T00:00:00Z" } },
  ]);
  const books = {
    ...double,
    tables,
    deleted,
    settings: {
      realm_id: "1234567890",
      client_id: "client",
      client_secret: "canary-client-secret",
      refresh_token: "RT-first-canary-0",
      base_url: double.url,
      token_url: `${double.url}/token`,
    },
    put: (entity: string, id: string, rest: Record<string, unknown> = {}): Row => {
      const list = tables.get(entity) ?? [];
      tables.set(entity, list);
      const at = list.findIndex((row) => row.Id === id);
      const before = list[at];
      const stamp = new Date(state.clock - 60_000).toISOString().replace(".000Z", "-00:00");
      const row = {
        ...before,
        Id: id,
        DisplayName: `Customer ${id}`,
        SyncToken: String(Number(before?.SyncToken ?? -1) + 1),
        MetaData: { LastUpdatedTime: stamp },
        ...rest,
      } as Row;
      if (at < 0) list.push(row);
      else list[at] = row;
      return row;
    },
    remove: (entity: string, id: string): void => {
      tables.set(
        entity,
        (tables.get(entity) ?? []).filter((row) => row.Id !== id),
      );
      deleted.push({ entity, Id: id, at: new Date(state.clock - 30_000).toISOString() });
    },
  };
  return Object.defineProperties(books, {
    clock: {
      get: () => state.clock,
      set: (value: number) => {
        state.clock = value;
      },
    },
    refreshes: { get: () => state.refreshes },
    tokenLife: {
      get: () => state.tokenLife,
      set: (value: number) => {
        state.tokenLife = value;
      },
    },
    beforeQuery: {
      get: () => hooks.beforeQuery,
      set: (value: (() => void) | null) => {
        hooks.beforeQuery = value;
      },
    },
  }) as unknown as FakeBooks;
}
