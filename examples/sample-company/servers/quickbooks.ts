import { createHash } from "node:crypto";
import { ITEMS } from "../data/items.ts";
import type { Doc, DocKind } from "../world/books-types.ts";
import { millisOf, stamp } from "../world/calendar.ts";
import { json, quota, startVendor, type Answer, type Asked, type Vendor } from "./http.ts";
import { customerBody, customerVersion, docBody, docVersion, itemBody } from "./quickbooks-bodies.ts";
import { parse, QueryError, run, type Queryable } from "./quickbooks-query.ts";
import { CLOSING_MINUTE, today, type Sample } from "./sample.ts";

/** OAuth application of the sample company. */
export const CLIENT = { id: "ABsampleClientIdBlueMountainTraders", secret: "sampleClientSecretBlueMountainTraders" };

const DOC_KINDS: readonly DocKind[] = ["Invoice", "Payment", "CreditMemo", "SalesReceipt", "RefundReceipt", "Estimate"];
const THROTTLED = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><IntuitResponse time="TIME" xmlns="http://schema.intuit.com/finance/v3"><Fault type="SERVICE"><Error code="3001"><Message>message=ThrottleExceeded; errorCode=003001; statusCode=429</Message><Detail>The request limit was reached.  Try again later</Detail></Error></Fault></IntuitResponse>`;

const digest = (text: string): string => createHash("sha256").update(text).digest("base64url");

/** The refresh token after a number of rotations. */
export function refreshTokenOf(seed: number, rotations: number): string {
  return `RT1-${String(rotations).padStart(3, "0")}-H0-${digest(`refresh/${seed}/${rotations}`)}`;
}

const now = (sample: Sample): string => `${stamp(today(sample), CLOSING_MINUTE).slice(0, 19)}.000-05:00`;

/** True for documents that exist on a day. */
export function docExists(doc: Doc, day: number): boolean {
  return doc.day <= day && (doc.deleted === null || doc.deleted > day);
}

function balances(sample: Sample, day: number): Map<number, number> {
  const open = new Map<number, number>();
  for (const doc of sample.world.books.docs) {
    if (doc.kind !== "Invoice" || !docExists(doc, day) || doc.voided !== null || doc.defect !== "") continue;
    const paid = doc.paid.filter((p) => p.day <= day).reduce((sum, p) => sum + p.cents, 0);
    open.set(doc.customer, (open.get(doc.customer) ?? 0) + doc.cents - paid);
  }
  return open;
}

function customersOn(sample: Sample, day: number): Queryable[] {
  const { books } = sample.world;
  const open = balances(sample, day);
  const rows: Queryable[] = [];
  books.customers.forEach((c, at) => {
    if (c.created > day || (c.merged !== null && c.merged.day <= day)) return;
    const version = customerVersion(c, day);
    rows.push({
      id: c.id,
      created: millisOf(c.created, version.minute),
      updated: millisOf(version.day, version.minute),
      active: c.inactiveFrom === null || c.inactiveFrom > day,
      body: () => customerBody(c, books, day, open.get(at) ?? 0),
    });
  });
  return rows;
}

/** All queryable rows by entity on a day. */
function tablesOn(sample: Sample): Map<string, Queryable[]> {
  const day = today(sample);
  const { books } = sample.world;
  const tables = new Map<string, Queryable[]>(DOC_KINDS.map((kind) => [kind, []]));
  tables.set("Customer", customersOn(sample, day));
  tables.set(
    "Item",
    ITEMS.map((item) => ({
      id: item.id,
      created: 0,
      updated: Date.parse((itemBody(item)["MetaData"] as { LastUpdatedTime: string }).LastUpdatedTime),
      active: item.active,
      body: () => itemBody(item),
    })),
  );
  for (const doc of books.docs) {
    if (!docExists(doc, day)) continue;
    const version = docVersion(doc, books, day);
    tables.get(doc.kind)?.push({
      id: doc.id,
      created: millisOf(doc.day, doc.minute),
      updated: millisOf(version.day, version.minute),
      body: () => docBody(doc, books, day),
    });
  }
  const company = {
    Id: "1",
    SyncToken: "4",
    CompanyName: sample.world.name,
    LegalName: sample.world.name,
    Country: "JM",
    CompanyAddr: { Line1: "14 Marcus Garvey Drive", City: "Kingston", Country: "Jamaica" },
    MetaData: { CreateTime: "2021-01-04T08:00:00-05:00", LastUpdatedTime: "2024-01-08T08:00:00-05:00" },
  };
  const preferences = {
    Id: "1",
    SyncToken: "9",
    CurrencyPrefs: { MultiCurrencyEnabled: true, HomeCurrency: { value: "JMD" } },
    MetaData: company.MetaData,
  };
  const single = (body: Record<string, unknown>): Queryable[] => [
    { id: "1", created: 0, updated: Date.parse(company.MetaData.LastUpdatedTime), body: () => body },
  ];
  tables.set("CompanyInfo", single(company)).set("Preferences", single(preferences));
  return tables;
}

function fault(status: number, code: string, message: string, detail: string, sample: Sample): Answer {
  return json(status, {
    Fault: { Error: [{ Message: message, Detail: detail, code }], type: "ValidationFault" },
    time: now(sample),
  });
}

function deletedStubs(sample: Sample, entity: string, since: number): object[] {
  const day = today(sample);
  const stub = (id: string, at: number, minute: number): object[] =>
    at <= day && millisOf(at, minute) >= since
      ? [{ status: "Deleted", domain: "QBO", Id: id, MetaData: { LastUpdatedTime: stamp(at, minute) } }]
      : [];
  const { customers, docs } = sample.world.books;
  if (entity === "Customer") return customers.flatMap((c) => (c.merged === null ? [] : stub(c.id, c.merged.day, 615)));
  return docs.flatMap((d) =>
    d.kind !== entity || d.deleted === null || d.deleted <= d.day ? [] : stub(d.id, d.deleted, 975),
  );
}

function cdc(sample: Sample, tables: Map<string, Queryable[]>, asked: Asked): Answer {
  const wanted = Date.parse(asked.query.get("changedSince") ?? "");
  if (Number.isNaN(wanted)) return fault(400, "4001", "Invalid query", "changedSince is missing or no date", sample);
  // A cursor that is too old is not refused: the answer silently begins 30 days back.
  const since = Math.max(wanted, millisOf(today(sample) - 30, CLOSING_MINUTE));
  let room = 1000;
  const answers = (asked.query.get("entities") ?? "").split(",").map((text) => {
    const entity = [...tables.keys()].find((k) => k.toLowerCase() === text.trim().toLowerCase()) ?? text.trim();
    const changed = (tables.get(entity) ?? [])
      .filter((row) => row.updated >= since)
      .sort((a, b) => a.updated - b.updated);
    const objects = [...deletedStubs(sample, entity, since), ...changed.map((row) => row.body())].slice(0, room);
    room -= objects.length;
    return objects.length === 0
      ? {}
      : { [entity]: objects, startPosition: 1, maxResults: objects.length, totalCount: objects.length };
  });
  return json(200, { CDCResponse: [{ QueryResponse: answers }], time: now(sample) });
}

function token(sample: Sample, asked: Asked, grant: (access: string) => void): Answer {
  const basic = `Basic ${Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString("base64")}`;
  if (asked.headers.authorization !== basic) return json(401, { error: "invalid_client" });
  const form = new URLSearchParams(asked.body);
  if (form.get("grant_type") !== "refresh_token") return json(400, { error: "unsupported_grant_type" });
  if (form.get("refresh_token") !== sample.state.refreshToken)
    return json(400, { error_description: "Token invalid", error: "invalid_grant" });
  sample.state.rotations += 1;
  sample.state.refreshToken = refreshTokenOf(sample.world.seed, sample.state.rotations);
  sample.save();
  const access = `eyJsample.${digest(`access/${sample.world.seed}/${sample.state.rotations}`)}`;
  grant(access);
  return json(200, {
    x_refresh_token_expires_in: 8_726_400,
    refresh_token: sample.state.refreshToken,
    access_token: access,
    token_type: "bearer",
    expires_in: 3600,
  });
}

function denied(access: string): Answer {
  const detail = `Token expired: ${access}`;
  const fault = {
    error: [
      {
        message: "message=AuthenticationFailed; errorCode=003200; statusCode=401",
        detail,
        code: "3200",
        element: null,
      },
    ],
    type: "AUTHENTICATION",
  };
  const body = {
    warnings: null,
    intuitObject: null,
    fault,
    report: null,
    queryResponse: null,
    batchItemResponse: [],
    requestId: null,
    time: Date.now(),
    status: null,
    cdcresponse: [],
  };
  return json(401, body, { "www-authenticate": 'Bearer realm="Intuit", error="invalid_token"' });
}

function answerData(sample: Sample, tables: Map<string, Queryable[]>, asked: Asked, rest: string): Answer {
  if (rest === "query") {
    const text = asked.query.get("query") ?? asked.body;
    try {
      const statement = parse(text);
      const entity = [...tables.keys()].find((k) => k.toLowerCase() === statement.entity.toLowerCase());
      if (entity === undefined)
        throw new QueryError(`QueryValidationError: invalid context declaration: ${statement.entity}`);
      return json(200, { QueryResponse: run(statement, tables.get(entity) ?? [], entity), time: now(sample) });
    } catch (error) {
      if (error instanceof QueryError) return fault(400, "4001", "Invalid query", error.message, sample);
      throw error;
    }
  }
  if (rest === "cdc") return cdc(sample, tables, asked);
  const [kind = "", id = "1"] = rest.split("/");
  const entity = [...tables.keys()].find((k) => k.toLowerCase() === kind.toLowerCase());
  const row = tables.get(entity ?? "")?.find((r) => r.id === id || entity === "CompanyInfo");
  if (entity === undefined || row === undefined)
    return fault(
      400,
      "610",
      "Object Not Found",
      "Object Not Found : Something you're trying to use has been made inactive.",
      sample,
    );
  return json(200, { [entity]: row.body(), time: now(sample) });
}

/** The QuickBooks Online company and its token endpoint (`/oauth2/v1/tokens/bearer`) on one port. */
export async function startQuickBooks(sample: Sample, port: number): Promise<Vendor> {
  const granted = new Map<string, number>();
  const perMinute = quota(500, sample.fast ? 1000 : 60_000);
  let tables = tablesOn(sample);
  let made = sample.day;
  let requests = 0;
  const throttle = (): Answer => ({
    status: 429,
    headers: { "content-type": "text/xml", "retry-after": sample.fast ? "0" : "1" },
    body: THROTTLED.replace("TIME", now(sample)),
  });
  return startVendor("quickbooks", port, (asked) => {
    if (asked.path === "/oauth2/v1/tokens/bearer")
      return token(sample, asked, (access) => void granted.set(access, Date.now() + 3_600_000));
    const access = (asked.headers.authorization ?? "").replace(/^Bearer /, "");
    if ((granted.get(access) ?? 0) < Date.now()) return denied(access);
    const path = /^\/v3\/company\/([^/]+)\/(.+)$/.exec(asked.path);
    if (path?.[1] !== sample.world.books.realm)
      return fault(403, "3100", "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403", "", sample);
    if (asked.method !== "GET" && path[2] !== "query")
      return fault(405, "500", "Unsupported Operation", "the sample's books are read-only", sample);
    requests += 1;
    if (requests % 19 === 7 || perMinute() > 0) return throttle();
    if (made !== sample.day) {
      tables = tablesOn(sample);
      made = sample.day;
    }
    return answerData(sample, tables, asked, path[2] ?? "");
  });
}
