import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import ExcelJS from "exceljs";
import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clusterScores, falseMerges, joinTruth, readCsv } from "../../examples/evaluate.ts";
import { writeDropFiles } from "../../examples/sample-company/drop-files.ts";
import { SAMPLE_DAY } from "../../examples/sample-company/world/calendar.ts";
import { dropFiles } from "../../examples/sample-company/world/drop-plan.ts";
import { buildWorld } from "../../examples/sample-company/world/world.ts";
import {
  asker,
  cleanUp,
  tempFolder,
  get,
  refresh,
  sheetsToken,
  startCompany,
  type Company,
  type Got,
} from "./company.ts";

type Doc = Record<string, unknown>;
const rowsOf = (got: Got, entity: string): Doc[] => (got.body["QueryResponse"] as Record<string, Doc[]>)[entity] ?? [];
const sql = (text: string): string => `query?query=${encodeURIComponent(text)}&minorversion=75`;

function treeHash(folder: string): string {
  const hash = createHash("sha256");
  const walk = (at: string): void => {
    for (const name of readdirSync(at).sort()) {
      const path = join(at, name);
      if (statSync(path).isDirectory()) walk(path);
      else hash.update(path.slice(folder.length)).update(readFileSync(path));
    }
  };
  walk(folder);
  return hash.digest("hex");
}

afterAll(cleanUp);

describe("the sample company's world", () => {
  it("is the same for the same seed, byte for byte, and another for another seed", async () => {
    const folders = [0, 1, 2].map(() => join(tempFolder(), "drop"));
    const worlds = [buildWorld(3, 0.05), buildWorld(3, 0.05), buildWorld(4, 0.05)] as const;
    await writeDropFiles(worlds[0], folders[0] as string, SAMPLE_DAY + 3);
    // A workbook keeps the time of writing with two seconds' precision: a later one must still have the same bytes.
    await new Promise((resolve) => setTimeout(resolve, 2100));
    await writeDropFiles(worlds[1], folders[1] as string, SAMPLE_DAY + 3);
    await writeDropFiles(worlds[2], folders[2] as string, SAMPLE_DAY + 3);
    expect(treeHash(folders[1] as string)).toBe(treeHash(folders[0] as string));
    expect(treeHash(folders[2] as string)).not.toBe(treeHash(folders[0] as string));
    expect(JSON.stringify(worlds[1].books.customers)).toBe(JSON.stringify(worlds[0].books.customers));
  });

  it("has at scale 1 the promised size, causes that can be found, and telephone numbers that exist", () => {
    const world = buildWorld(1, 1);
    const { entities } = world.population;
    expect(entities.length).toBe(3000);
    const there = (rows: readonly { from: number; entity?: string; defect?: string }[]): number =>
      rows.filter((r) => r.entity !== undefined && r.defect === undefined).length;
    const records =
      world.books.customers.length + there(world.tabs.customers) + there(world.branchList) + there(world.reps) + 25;
    expect(records).toBeGreaterThan(8000);
    expect(records).toBeLessThan(9800);
    const events =
      world.books.docs.filter((d) => d.day <= SAMPLE_DAY).length +
      world.till.length +
      world.tabs.visits.length +
      world.emails.length +
      world.calls.length;
    expect(events).toBeGreaterThan(36_000);
    expect(events).toBeLessThan(50_000);
    const active = world.lives.filter((l) => l.purchases.some((p) => p.day <= SAMPLE_DAY && p.day > SAMPLE_DAY - 180));
    const outcomes = active.map((l) => ({
      p: l.churnProbability,
      gone: !l.purchases.some((x) => x.day > SAMPLE_DAY && x.day <= SAMPLE_DAY + 90),
    }));
    const rate = outcomes.filter((o) => o.gone).length / outcomes.length;
    expect(rate).toBeGreaterThan(0.1);
    expect(rate).toBeLessThan(0.28);
    const lost = outcomes.filter((o) => o.gone);
    const kept = outcomes.filter((o) => !o.gone);
    const wins = lost.reduce(
      (n, a) => n + kept.filter((b) => a.p > b.p).length + kept.filter((b) => a.p === b.p).length / 2,
      0,
    );
    expect(wins / (lost.length * kept.length)).toBeGreaterThan(0.85);
    const wrong = entities.filter((e) => parsePhoneNumberFromString(`+1${e.phone}`)?.isValid() !== true);
    expect(wrong.map((e) => e.phone)).toEqual([]);
  });

  it("tells the truth about rows of a workbook and of CSV files", async () => {
    const world = buildWorld(1, 0.05);
    const drop = join(tempFolder(), "drop");
    await writeDropFiles(world, drop, SAMPLE_DAY);
    const files = dropFiles(world, SAMPLE_DAY);
    const list = files.find((f) => f.csv === null);
    const book = new ExcelJS.Workbook();
    await book.xlsx.readFile(join(drop, "montego-bay", list?.name ?? ""));
    const sheet = book.getWorksheet("Customer List");
    expect(sheet?.getRow(4).values).toEqual([undefined, ...(list?.header ?? [])]);
    list?.rows.forEach((row, n) => {
      if (row.id !== undefined && row.defect !== "shifted_columns")
        expect(sheet?.getCell(list.firstRow + n, 1).value).toBe(row.id);
    });
    const latin = files.find((f) => f.csv?.encoding === "utf8" && f.stream === "till sales");
    const lines = readFileSync(join(drop, "montego-bay", latin?.name ?? ""), "utf8").split("\r\n");
    latin?.rows.forEach((row, n) => {
      if (row.id !== undefined) expect(lines[latin.firstRow + n - 1]?.startsWith(row.id)).toBe(true);
    });
  });
});

describe("the sample company's vendors", () => {
  let company: Company;
  let ask: (path: string) => Promise<Got>;
  let bearer: Record<string, string>;
  const control = (path: string, body?: object): Promise<Got> =>
    get(
      `${company.ready.control_url}${path}`,
      {},
      body === undefined ? {} : { method: "POST", body: JSON.stringify(body) },
    );

  beforeAll(async () => {
    company = await startCompany(["--scale", "0.05", "--fast-throttle"]);
    const granted = await refresh(company.ready, company.ready.quickbooks.refresh_token);
    ask = asker(company.ready, String(granted.body["access_token"]));
    bearer = { authorization: `Bearer ${await sheetsToken(company.ready)}` };
  });
  afterAll(async () => {
    expect(await company.stop()).toBe(0);
  });

  it("rotates refresh tokens and lets the old one die", async () => {
    const dead = await refresh(company.ready, company.ready.quickbooks.refresh_token);
    expect([dead.status, dead.body["error"]]).toEqual([400, "invalid_grant"]);
  });

  it("answers 401 with the token in the detail, as recorded", async () => {
    const { base_url: base, realm_id: realm } = company.ready.quickbooks;
    const got = await get(`${base}/v3/company/${realm}/query?query=x`, { authorization: "Bearer nonsense" });
    expect(got.status).toBe(401);
    expect(got.text).toContain('"fault":{"error":[{"message":"message=AuthenticationFailed');
    expect(got.text).toContain("Token expired: nonsense");
  });

  it("throttles in XML with Retry-After", async () => {
    const granted = await get(`${company.ready.control_url}/requests`);
    expect(granted.status).toBe(200);
    const { base_url: base, realm_id: realm } = company.ready.quickbooks;
    const token = await tokenOf(company);
    let got = await get(`${base}/v3/company/${realm}/companyinfo/1`, token);
    for (let n = 0; n < 20 && got.status !== 429; n += 1)
      got = await get(`${base}/v3/company/${realm}/companyinfo/1`, token);
    expect([got.status, got.headers.get("content-type"), got.headers.get("retry-after")]).toEqual([
      429,
      "text/xml",
      "0",
    ]);
    expect(got.text).toContain('<Error code="3001">');
    // The token was rotated on the way: later questions use the new one.
    ask = asker(company.ready, token.authorization.slice(7));
  });

  it("pages from 1, gives 100 by default, omits inactive rows unless asked, and leaves the entity out of an empty page", async () => {
    const all = await ask(sql("SELECT COUNT(*) FROM Customer WHERE Active IN (true, false)"));
    const active = await ask(sql("select count(*) from Customer"));
    const total = (got: Got): number => (got.body["QueryResponse"] as { totalCount: number }).totalCount;
    expect(total(all)).toBeGreaterThan(total(active));
    expect(rowsOf(await ask(sql("SELECT * FROM Customer")), "Customer").length).toBe(100);
    const past = await ask(sql("SELECT * FROM Invoice ORDERBY Id STARTPOSITION 100000 MAXRESULTS 1000"));
    expect(past.body["QueryResponse"]).toEqual({});
    const gone = rowsOf(await ask(sql("SELECT * FROM Customer WHERE Active IN (false) ORDER BY Id")), "Customer");
    expect(gone.length).toBeGreaterThan(0);
    expect(gone.every((c) => String(c["DisplayName"]).endsWith(" (deleted)"))).toBe(true);
    const bad = await ask(sql("SELECT * FROM Invoice WHERE Active IN (true, false)"));
    expect([bad.status, bad.text.includes('"code":"4001"')]).toEqual([400, true]);
    expect((await ask(sql("SELECT * FROM Custmoer"))).status).toBe(400);
    expect((await ask(sql("SELECT * FROM Customer MAXRESULTS 1001"))).status).toBe(400);
  });

  it("tells sums that equal its own totals, by currency and to the cent", async () => {
    const { body } = await control("/totals");
    const totals = body["totals"] as { kind: string; currency: string; count: number; sum: string; note: string }[];
    for (const [entity, kind] of [
      ["Invoice", "invoice"],
      ["Payment", "payment"],
      ["CreditMemo", "credit_memo"],
    ] as const) {
      const docs: Doc[] = [];
      for (let start = 1; ; start += 1000) {
        const page = rowsOf(
          await ask(
            sql(
              `SELECT * FROM ${entity} WHERE MetaData.LastUpdatedTime >= '2020-01-01T00:00:00-05:00' ORDERBY MetaData.LastUpdatedTime STARTPOSITION ${start} MAXRESULTS 1000`,
            ),
          ),
          entity,
        );
        docs.push(...page);
        if (page.length === 0) break;
      }
      expect(new Set(docs.map((d) => d["Id"])).size).toBe(docs.length);
      for (const currency of ["JMD", "USD"]) {
        const mine = docs.filter(
          (d) =>
            (Array.isArray(d["CurrencyRef"]) ? d["CurrencyRef"][0] : (d["CurrencyRef"] as { value: string }).value) ===
            currency,
        );
        const cents = mine.reduce(
          (sum, d) => sum + (typeof d["TotalAmt"] === "number" ? Math.round(d["TotalAmt"] * 100) : 0),
          0,
        );
        const told = totals.find((t) => t.kind === kind && t.currency === currency && t.note === "all");
        expect([kind, currency, mine.length, (cents / 100).toFixed(2)]).toEqual([
          kind,
          currency,
          told?.count ?? 0,
          told?.sum ?? "0.00",
        ]);
      }
    }
  });

  it("has grid data with types, ragged values, and a named error for an unknown tab", async () => {
    const { base_url: base, spreadsheet_id: id, drive_base_url: drive } = company.ready.google_sheets;
    const read = async (path: string): Promise<Got> => {
      const got = await get(`${base}/v4/spreadsheets/${id}${path}`, bearer);
      return got.status === 429 ? read(path) : got;
    };
    const about = await read("?fields=properties,sheets.properties");
    const titles = (about.body["sheets"] as { properties: { title: string } }[]).map((s) => s.properties.title);
    expect(titles).toEqual(["Customers", "Visits & Calls", "Walk-in Sales"]);
    expect(about.text).not.toContain("rowData");
    const grid = await read(
      `?includeGridData=true&ranges=${encodeURIComponent("'Walk-in Sales'!A1:G40")}&fields=sheets(properties,data(rowData(values(effectiveValue,formattedValue,effectiveFormat.numberFormat.type))))`,
    );
    expect(grid.text).toContain('"type":"DATE"');
    expect(grid.text).toContain('"type":"CURRENCY"');
    const values = (await read(`/values/${encodeURIComponent("Customers!A1:K60")}`)).body["values"] as string[][];
    expect(values[0]?.[0]).toBe("Cust No");
    expect(new Set(values.map((v) => v.length)).size).toBeGreaterThan(1);
    expect((await read(`/values:batchGet?ranges=${encodeURIComponent("Customers!A5000:K6000")}`)).text).not.toContain(
      '"values"',
    );
    expect((await read("/values/Nowhere!A1:B2")).body["error"]).toMatchObject({
      code: 400,
      status: "INVALID_ARGUMENT",
    });
    const file = await get(`${drive}/drive/v3/files/${id}?fields=modifiedTime,version,trashed,name`, bearer);
    expect(Object.keys(file.body)).toEqual(["modifiedTime", "version", "trashed", "name"]);
    const statuses: number[] = [];
    for (let n = 0; n < 70; n += 1)
      statuses.push((await get(`${base}/v4/spreadsheets/${id}?fields=properties`, bearer)).status);
    expect(statuses).toContain(429);
  });

  it("publishes two directories with robots, sitemap, validators, and markup of both kinds", async () => {
    const kinds: string[] = [];
    for (const site of company.ready.directories) {
      const start = site.start_urls[0] ?? "";
      const robots = await get(`${start}robots.txt`);
      expect(robots.text).toMatch(/Crawl-delay: 1\nDisallow: \//);
      const map = await get(`${start}sitemap.xml`);
      const urls = [...map.text.matchAll(/<loc>([^<]+)<\/loc><lastmod>\d{4}-\d{2}-\d{2}</g)].map((m) => m[1] ?? "");
      expect(urls.length).toBeLessThanOrEqual(8);
      for (const url of urls) {
        const page = await get(url);
        expect(page.status).toBe(200);
        const again = await fetch(url, { headers: { "if-none-match": page.headers.get("etag") ?? "" } });
        expect(again.status).toBe(304);
        kinds.push(
          page.text.includes("ld+json")
            ? "json-ld"
            : page.text.includes("itemscope")
              ? "microdata"
              : page.text.includes("listing-title")
                ? "plain"
                : "links",
        );
      }
      expect((await get(start)).text).toContain(/Disallow: (\S+)/.exec(robots.text)?.[1] ?? "?");
    }
    expect(new Set(kinds)).toEqual(new Set(["json-ld", "microdata", "plain", "links"]));
  });

  it("pages media by cursor, hides likes by leaving them out, and gives code 100 for an unknown name", async () => {
    const { base_url: base, user_id: user, access_token: token, usernames } = company.ready.social;
    const fetchProfile = (name: string, inner: string): Promise<Got> =>
      get(
        `${base}/v25.0/${user}?fields=${encodeURIComponent(`business_discovery.username(${name}){${inner}}`)}&access_token=${token}`,
      );
    let hidden = 0;
    let shown = 0;
    for (const name of usernames) {
      const seen = new Set<string>();
      let after = "";
      let count = 0;
      do {
        const got = await fetchProfile(
          name,
          `username,media_count,followers_count,media.limit(10)${after}{id,timestamp,like_count}`,
        );
        const found = got.body["business_discovery"] as {
          media_count: number;
          media: { data: { id: string; like_count?: number }[]; paging?: { cursors: { after?: string } } };
        };
        count = found.media_count;
        for (const post of found.media.data) {
          seen.add(post.id);
          if (post.like_count === undefined) hidden += 1;
          else shown += 1;
        }
        const next = found.media.paging?.cursors.after;
        after = next === undefined ? "" : `.after(${next})`;
      } while (after !== "");
      expect(seen.size).toBe(count);
    }
    expect(Math.min(hidden, shown)).toBeGreaterThan(0);
    expect((await fetchProfile("nobody_here", "username")).body["error"]).toMatchObject({
      code: 100,
      type: "OAuthException",
    });
  });

  it("reports campaigns and members' activity page by page", async () => {
    const { base_url: base, api_key: key } = company.ready.campaigns;
    const authorization = `Basic ${Buffer.from(`any:${key}`).toString("base64")}`;
    const reports = await get(`${base}/3.0/reports?count=50`, { authorization });
    const list = reports.body["reports"] as { id: string; emails_sent: number }[];
    expect(list.length).toBe(reports.body["total_items"]);
    const last = list.at(-1);
    const emails: string[] = [];
    for (let offset = 0; offset < (last?.emails_sent ?? 0); offset += 7) {
      const page = await get(`${base}/3.0/reports/${last?.id}/email-activity?count=7&offset=${offset}`, {
        authorization,
      });
      emails.push(...(page.body["emails"] as { email_address: string }[]).map((e) => e.email_address));
    }
    expect(new Set(emails).size).toBe(last?.emails_sent);
    expect((await get(`${base}/3.0/reports`)).status).toBe(401);
  });

  it("breaks on demand: a status, a dead line, half a body", async () => {
    const { base_url: base } = company.ready.campaigns;
    await control("/fault", { server: "campaigns", status: 503, times: 1, retry_after: 2 });
    const failed = await get(`${base}/3.0/ping`);
    expect([failed.status, failed.headers.get("retry-after")]).toEqual([503, "2"]);
    await control("/fault", { server: "campaigns", unreachable: true });
    await expect(get(`${base}/3.0/ping`)).rejects.toThrow(/fetch failed/);
    await control("/fault", { server: "campaigns", truncate: true });
    await expect(get(`${base}/3.0/ping`)).rejects.toThrow(/terminated|failed/);
    const log = (await control("/requests")).body["campaigns"] as { count: number; log: { status: number }[] };
    expect(log.log.slice(-3).map((l) => l.status)).toEqual([503, 0, 401]);
  });

  it("lets days happen: new, changed, deleted and merged records, new files, a page gone, columns moved, a tab emptied", async () => {
    const before = (await ask("cdc?entities=Customer,Invoice&changedSince=2026-06-30T21:30:00-05:00")).text;
    expect(before).toContain('"QueryResponse":[{},{}]');
    const truth = (): Record<string, string>[] => readCsv(join(company.dir, "truth", "defects.csv"));
    expect(truth().some((d) => d["reason"] === "page_gone")).toBe(false);
    const files: string[] = [];
    for (let n = 0; n < 3; n += 1) files.push(...((await control("/advance", {})).body["files"] as string[]));
    expect(files.some((f) => /pos-sales-2026-07-0\d\.csv/.test(f))).toBe(true);
    expect(files).toContain("montego-bay/MoBay Customers 2026-07.xlsx");
    expect(files).toContain("montego-bay/pos-sales-2026-06 (final).csv");
    const changed = await ask("cdc?entities=Customer,Invoice&changedSince=2026-06-30T21:30:00-05:00");
    expect(changed.text).toContain('"status":"Deleted"');
    expect(changed.text).toContain('"SyncToken":"1"');
    const reasons = new Set(
      truth()
        .filter((d) => d["expected"] === "notice")
        .map((d) => d["reason"]),
    );
    for (const reason of ["page_gone", "markup_changed", "columns_moved", "columns_added", "stream_emptied"])
      expect(reasons).toContain(reason);
    const { base_url: base, spreadsheet_id: id } = company.ready.google_sheets;
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const read = async (range: string): Promise<Got> => {
      const got = await get(`${base}/v4/spreadsheets/${id}/values/${encodeURIComponent(range)}`, bearer);
      return got.status === 429 ? read(range) : got;
    };
    expect((await read("Walk-in Sales")).body["values"]).toBeUndefined();
    expect(((await read("Customers!A1:L1")).body["values"] as string[][])[0]).toContain("WhatsApp");
    const site = company.ready.directories[0]?.start_urls[0] ?? "";
    expect((await get(`${site}jamaica/farm-and-auto/`)).status).toBe(410);
  });

  it("keeps ports and tokens over a restart, and its truth from others", async () => {
    const home = join(company.dir, "..");
    const again = await refresh(company.ready, "RT1-wrong");
    expect(again.status).toBe(400);
    await company.stop();
    const old = company.ready;
    company = await startCompany(["--scale", "0.05", "--fast-throttle", "--day", "3"], home);
    expect(company.ready.control_url).toBe(old.control_url);
    expect(company.ready.today).toBe("2026-07-03");
    expect(company.ready.quickbooks.refresh_token).not.toBe(old.quickbooks.refresh_token);
    expect((await refresh(company.ready, company.ready.quickbooks.refresh_token)).status).toBe(200);
    expect(statSync(join(company.dir, "truth")).mode & 0o777).toBe(0o700);
  });

  it("has truth whose parts fit each other", () => {
    const truth = (name: string): Record<string, string>[] => readCsv(join(company.dir, "truth", name));
    const entities = truth("entities.csv");
    const keys = entities.map((e) =>
      [e["source"], e["account"], e["stream_hint"], e["source_id_or_file_row"]].join("|"),
    );
    expect(new Set(keys).size).toBe(keys.length);
    const causes = new Set(truth("causes.csv").map((c) => c["entity_id"]));
    expect(entities.filter((e) => e["entity_id"] !== "CASH" && !causes.has(e["entity_id"] ?? ""))).toEqual([]);
    for (const r of truth("relations.csv"))
      expect(causes.has(r["left_entity"] ?? "") && causes.has(r["right_entity"] ?? "")).toBe(true);
    const perfect = entities.map((e) => ({
      source: e["source"] ?? "",
      account: e["account"] ?? "",
      source_id: e["source_id_or_file_row"] ?? "",
      file: e["file"] ?? "",
      row: e["row"] ?? "",
      customer_id: `C-${e["entity_id"]}`,
    }));
    const { joined, missing } = joinTruth(entities, perfect);
    expect(missing).toBe(0);
    expect(clusterScores(joined).pairwise.f1).toBe(1);
    const lumped = joined.map((j) => ({ ...j, customer: "one" }));
    expect(clusterScores(lumped).pairwise.precision).toBeLessThan(0.1);
    expect(falseMerges(lumped, truth("relations.csv"), truth("traps.csv"))["household"]).toBeGreaterThan(0);
  });
});

async function tokenOf(company: Company): Promise<{ authorization: string }> {
  const state = JSON.parse(readFileSync(join(company.dir, "state.json"), "utf8")) as { refreshToken: string };
  const granted = await refresh(company.ready, state.refreshToken);
  return { authorization: `Bearer ${String(granted.body["access_token"])}` };
}
