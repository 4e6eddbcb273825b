import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withDatabase } from "../support/postgres.ts";
import type { TestDatabase } from "../support/postgres.ts";
import { ask, publish, stage, testConsole } from "./fixture.ts";
import type { SignedIn, TestConsole } from "./fixture.ts";

const EVIL = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>`;
const EVIL_SITE = "javascript:alert(document.domain)";
const BOOK = "quickbooks:co1:customers:1";
const SHEET = "google-sheets:s1:contacts:7";
let db: TestDatabase;
let console360: TestConsole;
let steward: SignedIn;

beforeAll(async () => {
  db = await withDatabase();
  await stage(db, { key: BOOK, name: "Marcia Brown", phones: ["+18765550101"] });
  await stage(db, { key: SHEET, name: EVIL, website: EVIL_SITE, street: EVIL });
  await publish(db, {
    id: "Cmarcia",
    name: "Marcia Brown",
    keys: [BOOK],
    sales: "1234567.50",
    purchases: 2,
    phone: "+18765550101",
    email: "marcia@example.com.jm",
    website: "https://marcia.example.com/shop",
  });
  await publish(db, {
    id: "Cevil",
    name: EVIL,
    keys: [SHEET],
    website: EVIL_SITE,
    phone: "javascript:1",
    email: `"><b>@x`,
  });
  await fillCustomer();
  await fillOperations();
  await ask(db, {
    id: `t/1?"><script>`,
    left: BOOK,
    right: SHEET,
    gain: 1,
    reason: EVIL,
    evidence: [{ comparison: EVIL, level: EVIL, weight: 3, left: EVIL, right: EVIL, text: EVIL }],
  });
  console360 = await testConsole(db);
  steward = await console360.signIn();
});
afterAll(async () => {
  await console360.app.close();
  await db.drop();
});

async function fillCustomer(): Promise<void> {
  await db.query(`insert into identity.customer_ids (customer_id, anchor_key, status, redirect_to, minted_run_id)
    values ('Cold1', 'a:a:a:1', 'retired', 'Cold2', 'r0'), ('Cold2', 'a:a:a:2', 'retired', 'Cmarcia', 'r0'),
           ('Cloop1', 'a:a:a:3', 'retired', 'Cloop2', 'r0'), ('Cloop2', 'a:a:a:4', 'retired', 'Cloop1', 'r0')`);
  await db.query(
    `insert into customer_360.customer_fields (customer_id, field, value, source_key, rule)
     values ('Cmarcia', 'phone', '+18765550101', $1, 'most_recent'), ('Cevil', 'city', 'Kingston', $2, $3)`,
    [BOOK, SHEET, EVIL],
  );
  await db.query(
    `insert into customer_360.contact_points (customer_id, kind, value, records, source_key)
     values ('Cmarcia', 'phone', '+18765550199', 2, $1), ('Cevil', 'website', $2, 1, $1)`,
    [BOOK, EVIL_SITE],
  );
  await db.query(`insert into customer_360.transactions (transaction_key, customer_id, kind, number, date, currency,
      amount, rate_source, home_amount, voided, description, source, account)
    select 'quickbooks:co1:invoices:' || i, 'Cmarcia', 'invoice', 'INV-' || i, date '2024-01-31' - i, 'USD',
      1000 + i, 'none', null, false, null, 'quickbooks', 'co1' from generate_series(1, 60) i`);
  await db.query(`insert into customer_360.customer_interactions (interaction_key, customer_id, interaction_type,
      interaction_date, subject, outcome, source, account)
    values ('g:s:v:1', 'Cmarcia', 'call', '2024-02-02T03:30:00Z', 'Asked about zinc', 'call back', 'google-sheets', 's1')`);
  await db.query(`insert into customer_360.customer_scores (customer_id, score, value, unit, rank, band, meaning,
      not_scored_reason, model_version, model_kind, data_as_of, horizon_days)
    values ('Cmarcia', 'lead', 0.71, 'probability', 1, 'High', 'about 7 in 10 like this buy within 90 days', null,
            'lead-1', 'additive', '2024-02-29', 90),
           ('Cmarcia', 'lifetime_value', null, 'JMD', 2, 'not scored', 'not scored', 'fewer than 300 customers with sales',
            'ltv-1', 'rule: mean', '2024-02-29', 365)`);
  await db.query(`insert into customer_360.score_reasons (customer_id, score, position, feature, effect, direction, reason)
    values ('Cmarcia', 'lead', 2, 'f', 1, 'lowers', 'No answer to the last campaign'),
           ('Cmarcia', 'lead', 1, 'r', 2, 'raises', 'Bought 10 days ago')`);
  await db.query(`insert into customer_360.relationships (left_customer_id, right_customer_id, relation, probability, evidence)
    values ('Cevil', 'Cmarcia', 'household', 0.8, 'Same address')`);
  await db.query(
    `insert into customer_360.leads (rank, customer_id, customer, phone, last_contact, band, meaning, reason_1, action, data_as_of)
     values (1, 'Cmarcia', 'Marcia Brown', '+18765550101', '2024-02-02', 'High', 'about 7 in 10', 'Bought 10 days ago', 'Call', '2024-02-29'),
            (2, 'Cevil', $1, $1, null, $1, $1, $1, $1, '2024-02-29')`,
    [EVIL],
  );
}

async function fillOperations(): Promise<void> {
  await db.query(`insert into ops.runs (run_id, kind, status, started_at, finished_at, data_as_of, rows_changed)
    values ('r1', 'nightly', 'published', '2024-02-29T07:30:00Z', '2024-02-29T07:31:02Z', '2024-02-28', 1234),
           ('r2', 'nightly', 'published_partial', '2024-03-01T07:30:00Z', '2024-03-01T07:30:48Z', '2024-02-29', 87)`);
  await db.query(`insert into ops.run_steps (run_id, step, position, status, started_at, finished_at)
    values ('r2', 'sync', 1, 'done', '2024-03-01T07:30:00Z', '2024-03-01T07:30:20Z')`);
  await db.query(`insert into ops.source_balance (run_id, source, account, stream, read, loaded, unchanged, quarantined, filtered)
    values ('r2', 'quickbooks', 'co1', 'customers', 1200, 12, 1180, 3, 5), ('r2', 'excel', 'crm', 'contacts', 800, 790, 0, 0, 8)`);
  await db.query(`insert into ops.stream_reads (run_id, source_name, source, account, stream, attempt, outcome, error_code,
      error_message, error_hint, started_at)
    values ('r2', 's', 'google-sheets', 's1', 'contacts', 'a', 'failed', 'VENDOR_DOWN', 'Google Sheets cannot be reached.',
      'The next run tries again.', '2024-03-01T07:30:00Z')`);
  await db.query(`insert into ops.stream_state (source, account, stream, state, live_records, last_success_at, updated_at)
    values ('quickbooks', 'co1', 'customers', '{}', 1195, '2024-03-01T07:30:10Z', now()),
           ('google-sheets', 's1', 'contacts', '{}', 40, null, now())`);
  await db.query(
    `insert into ops.notices (run_id, source, account, stream, code, severity, subject, message, at)
     values ('r2', 'excel', 'crm', 'contacts', 'columns_moved', 'info', $1, 'Phone moved', now())`,
    [EVIL],
  );
  await db.query(
    `insert into ops.audit_results (run_id, audit, severity, passed, detail) values ('r2', 'source_balance', 'error', false, $1)`,
    [EVIL],
  );
  await db.query(
    `insert into ops.alerts (run_id, severity, code, message, hint, at, resolved_at)
     values ('r2', 'warning', 'volume_drop', $1, $1, '2024-03-01T07:30:48Z', null),
            ('r1', 'error', 'VENDOR_DOWN', 'Old and resolved', '', '2024-02-29T07:30:48Z', '2024-03-01T00:00:00Z')`,
    [EVIL],
  );
  for (let row = 1; row <= 60; row += 1) {
    await db.query(
      `insert into ops.quarantine (key, source, account, stream, source_id, run_id, reason, detail, file, row_number, raw,
         raw_hash, record, first_seen_at)
       values ($1, 'excel', 'crm', 'sales', $1, 'r2', $2, $3, 'sales.xlsx', $4, $5, 'h', '{}', '2024-03-01T07:30:25Z')`,
      [
        `excel:crm:sales:${row}`,
        row % 2 === 0 ? "bad_amount" : "bad_date",
        EVIL,
        row,
        JSON.stringify({ Amount: EVIL }),
      ],
    );
  }
}

/** The page's text as a person reads it. */
function text(body: string): string {
  return body
    .replace(/<[^>]*>/g, " ")
    .replace(/&quot;/g, '"')
    .replace(/\s+/g, " ");
}

describe("values that are code", () => {
  const task = encodeURIComponent(`t/1?"><script>`);
  test.each([
    "/",
    "/review",
    `/review/${task}`,
    "/customers",
    `/customers?q=${encodeURIComponent(EVIL)}`,
    "/customers/Cevil",
    "/customers/Cmarcia",
    "/leads",
    "/runs",
    "/runs/r2",
    "/quarantine",
    `/quarantine?reason=${encodeURIComponent(EVIL)}&source=${encodeURIComponent(EVIL)}`,
    `/review?pair=${encodeURIComponent(EVIL)}&reason=${encodeURIComponent(EVIL)}`,
    `/customers/Cmarcia?from=${encodeURIComponent(EVIL)}`,
    `/nowhere/${encodeURIComponent(EVIL)}`,
  ])("stay text on %s", async (url) => {
    const { body, status } = await steward.get(url);
    expect([200, 404]).toContain(status);
    expect(body).not.toContain("<script>");
    expect(body).not.toContain("<img");
    expect(body).not.toMatch(/(href|src|action)="\s*(javascript|data:text)/i);
  });

  test("stay text in what is said after a decision, and in the history", async () => {
    await steward.form(`/review/${task}`, { decision: "must_link" });
    for (const url of ["/review", "/decisions"]) {
      const { body } = await steward.get(url);
      expect(body).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
      expect(body).not.toContain("<script>");
    }
    await steward.form("/review/undo");
  });

  test("never become a link: only http, https, tel and mailto do", async () => {
    const evil = (await steward.get("/customers/Cevil")).body;
    expect(evil).toContain("javascript:alert(document.domain)");
    const schemes = [...evil.matchAll(/href="([a-z]+):/g)].map((match) => match[1]);
    expect(schemes.filter((scheme) => !["http", "https", "tel", "mailto", "data"].includes(scheme ?? ""))).toEqual([]);
    const marcia = (await steward.get("/customers/Cmarcia")).body;
    expect(marcia).toContain('href="https://marcia.example.com/shop"');
    expect(marcia).toContain('href="tel:+18765550101"');
    expect(marcia).toContain('href="mailto:marcia@example.com.jm"');
  });
});

describe("the customer page", () => {
  test("shows each field with its source in words, and money with currency and separators", async () => {
    const page = text((await steward.get("/customers/Cmarcia")).body);
    expect(page).toContain("JMD 1,234,567.50");
    expect(page).toMatch(/\+1 876 555 0101\s+from QuickBooks: most recent/);
    expect(page).toContain("15 Jan 2024");
  });

  test("shows scores with band, meaning and reasons in order, and says why one is missing", async () => {
    const page = text((await steward.get("/customers/Cmarcia")).body);
    expect(page).toContain("about 7 in 10 like this buy within 90 days");
    expect(page).toContain("71 in 100");
    expect(page.indexOf("Bought 10 days ago")).toBeLessThan(page.indexOf("No answer to the last campaign"));
    expect(page).toContain("Not scored: fewer than 300 customers with sales");
  });

  test("shows the timeline newest first, in pages, with times in the workspace's zone", async () => {
    const first = text((await steward.get("/customers/Cmarcia")).body);
    // 03:30 in UTC is the evening before in Jamaica.
    expect(first).toContain("1 Feb 2024, 22:30");
    expect(first.indexOf("Asked about zinc")).toBeLessThan(first.indexOf("INV-1 "));
    expect(first).toContain("USD 1,001.00");
    // A day without a time is shown as that day, not as the evening before.
    expect(first).toMatch(/30 Jan 2024 Invoice INV-1 /);
    const second = text((await steward.get("/customers/Cmarcia?page=2")).body);
    const numbers = (page: string) => [...page.matchAll(/INV-(\d+)/g)].map((match) => Number(match[1]));
    expect([...numbers(first), ...numbers(second)]).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
  });

  test("shows records and relations", async () => {
    const { body } = await steward.get("/customers/Cmarcia");
    expect(text(body)).toContain("Put together from 1 record");
    expect(body).toContain('href="/customers/Cevil"');
    expect(text(body)).toContain("Household");
  });

  test("a retired id leads to the survivor, over several steps, and the page says so", async () => {
    const answer = await steward.get("/customers/Cold1");
    expect(answer.status).toBe(302);
    expect(answer.headers["location"]).toBe("/customers/Cmarcia?from=Cold1");
    expect(text((await steward.get("/customers/Cmarcia?from=Cold1")).body)).toContain(
      "Customer Cold1 was found to be the same",
    );
    expect((await steward.get("/customers/Cmarcia?from=Cnever")).body).not.toContain("Cnever");
    const api = (await steward.get("/api/customers/Cold1")).json<{ customer: { customer_id: string } }>();
    expect(api.customer.customer_id).toBe("Cmarcia");
  });

  test("an id that was never minted, or leads round in a circle, is not found", async () => {
    for (const id of ["Cnever", "Cloop1"]) {
      expect((await steward.get(`/customers/${id}`)).status).toBe(404);
      expect((await steward.get(`/api/customers/${id}`)).json<{ error: { code: string } }>().error.code).toBe(
        "CONSOLE_NOT_FOUND",
      );
    }
  });
});

describe("search", () => {
  const found = async (query: string): Promise<string[]> => {
    const { body } = await steward.get(`/customers?q=${encodeURIComponent(query)}`);
    return [...body.matchAll(/href="\/customers\/(\w+)"/g)].map((match) => match[1] ?? "");
  };

  test.each([
    ["part of a name", "brown"],
    ["a misspelt name", "Marsha Browne"],
    ["a telephone number as people write it", "(876) 555-0101"],
    ["a number of a contact point", "5550199"],
    ["an e-mail address", "MARCIA@example.com.jm"],
    ["a customer id", "Cmarcia"],
    ["an id in a source", "1"],
  ])("finds a customer by %s", async (_by, query) => {
    expect((await found(query))[0]).toBe("Cmarcia");
  });

  test.each(["zzzzqqqq", "%", "_", "\\", "'; drop table x; --"])(
    "finds nobody for %j, and breaks nothing",
    async (query) => {
      expect(await found(query)).not.toContain("Cmarcia");
    },
  );

  test("without a text shows the largest customers first", async () => {
    expect(await found("")).toEqual(["Cmarcia", "Cevil"]);
  });
});

describe("operations", () => {
  test("the start page tells the last run, open questions, what is kept out, and open alerts only", async () => {
    const page = text((await steward.get("/")).body);
    expect(page).toContain("Published, not from every source");
    expect(page).toContain("1 Mar 2024, 02:30");
    expect(page).toMatch(/Questions for you 1 /);
    expect(page).toMatch(/Records kept out 60 /);
    expect(page).not.toContain("Old and resolved");
    const status = (await steward.get("/api/status")).json<{ lastRun: { run_id: string } }>();
    expect(status).toMatchObject({
      lastRun: { run_id: "r2" },
      openQuestions: 1,
      quarantined: 60,
      customers: 2,
      leads: 2,
    });
  });

  test("a run shows its balance, and says by how much a sum is off", async () => {
    const page = text((await steward.get("/runs/r2")).body);
    expect(page).toMatch(/1,200 12 1,180 3 5 ✓ holds/);
    expect(page).toMatch(/800 790 0 0 8 ✕ off by 2/);
    expect(page).toContain("Google Sheets cannot be reached.");
    expect(page).toContain("✕ failed");
    expect(page).toMatch(/Google Sheets s1 contacts ! never 40/);
    expect(page).toMatch(/Sync ✓ done 1 Mar 2024, 02:30 20 s/);
    expect((await steward.get("/runs/none")).status).toBe(404);
  });

  test("runs are listed newest first with their result in words", async () => {
    const { body } = await steward.get("/runs");
    expect([...body.matchAll(/href="\/runs\/(\w+)"/g)].map((match) => match[1])).toEqual(["r2", "r1"]);
    expect(text(body)).toContain("1 min 2 s");
  });

  test("quarantine gives the reason in words, filters by it, and pages without losing or doubling a row", async () => {
    const rows = (body: string) => [...body.matchAll(/no\. (\d+)/g)].map((match) => Number(match[1]));
    const first = (await steward.get("/quarantine")).body;
    expect(text(first)).toContain("The amount is missing or cannot be read as money.");
    const older = /href="(\/quarantine\?before=\d+)"/.exec(first)?.[1] ?? "";
    const second = (await steward.get(older)).body;
    expect(new Set([...rows(first), ...rows(second)]).size).toBe(60);
    expect(rows(first).length + rows(second).length).toBe(60);
    expect(rows((await steward.get("/quarantine?reason=bad_amount")).body)).toHaveLength(30);
    expect(rows((await steward.get("/quarantine?run=r1")).body)).toHaveLength(0);
  });

  test("leads are ranked with band, reasons, action and a number to dial", async () => {
    const { body } = await steward.get("/leads");
    expect(body).toContain('href="tel:+18765550101"');
    const page = text(body);
    expect(page).toMatch(/▲ High/);
    expect(page.indexOf("Marcia Brown")).toBeLessThan(page.indexOf("alert(1)"));
    expect((await steward.get("/leads?after=2")).body).toContain("No list yet");
  });
});
