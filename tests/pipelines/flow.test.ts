import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "#core";
import type { EventLog } from "#core";
import { createEmbeddedLog, listDeadLetters, recleanse, replayDeadLetters, retryQuarantine } from "#pipelines";
import { withDatabase } from "../support/postgres.ts";
import type { TestDatabase } from "../support/postgres.ts";
import { append, cleanseOptions, customer, flow, outcomes, rawRecord, sale } from "./flow.ts";

let db: TestDatabase;
let log: EventLog;
beforeAll(async () => {
  db = await withDatabase();
});
afterAll(() => db?.drop());
beforeEach(async () => {
  await db.query(
    `truncate log.messages, log.partitions, log.topics, ops.consumer_offsets, ops.quarantine, ops.filtered,
       ops.stream_outcomes, ops.dead_letters, raw.records, stage.record_state, stage.customers, stage.transactions,
       stage.interactions, stage.campaigns, stage.social_profiles, stage.items cascade`,
  );
  log = createEmbeddedLog(db, { clock: systemClock });
});

async function names(): Promise<readonly string[]> {
  const found = await db.query<{ display_name: string }>("select display_name from stage.customers order by key");
  return found.rows.map((row) => row.display_name);
}

async function one<T>(text: string, values: readonly unknown[] = []): Promise<T | undefined> {
  return (await db.query<{ value: T }>(text, values)).rows[0]?.value;
}

describe("landing", () => {
  it("keeps every version and writes an equal one only once", async () => {
    const first = rawRecord("1", customer("Ann Brown"));
    await append(log, [first, first, rawRecord("1", customer("Ann Browne"), { version: "2" }), first]);
    await flow(db, log);
    await append(log, [first]);
    await flow(db, log);
    const found = await db.query<{ version: string }>("select version from raw.records order by id");
    expect(found.rows.map((row) => row.version)).toEqual(["1", "2", "1"]);
  });

  it("keeps text that the database cannot hold, with the replacement character in its place", async () => {
    await append(log, [rawRecord("1", customer("Ann\u0000 Brown", { notes: "half \ud83d" }))]);
    await flow(db, log);
    expect(await one("select raw #>> '{0,name}' as value from raw.records")).toBe("Ann\ufffd Brown");
    expect(await one("select count(*) as value from ops.dead_letters")).toBe(0);
  });
});

describe("cleansing", () => {
  it("loads good records and counts them under their run", async () => {
    await append(log, [rawRecord("1", customer("Ann Brown")), rawRecord("2", sale("1,250.50"), { stream: "sales" })]);
    await flow(db, log);
    expect(await names()).toEqual(["Ann Brown"]);
    expect(await one("select amount as value from stage.transactions")).toBe("1250.50");
    expect(await outcomes(db)).toEqual({ loaded: 2 });
  });

  it("emits nothing for a record that is the same as the one that stands", async () => {
    await append(log, [rawRecord("1", customer("Ann Brown"))]);
    await flow(db, log);
    await append(log, [rawRecord("1", customer("Ann Brown"))], "r2");
    const [, cleansed] = await flow(db, log);
    expect(cleansed?.emitted).toBe(0);
    expect(await outcomes(db, "r2")).toEqual({ unchanged: 1 });
    expect(await one("select updated_run_id as value from stage.record_state")).toBe("r1");
  });

  const bad: readonly [string, string, unknown][] = [
    ["an amount that is no number", "bad_amount", sale("twelve")],
    ["an amount that is missing", "bad_amount", sale("")],
    ["an amount beyond any sum of money", "bad_amount", sale("123456789012345678.00")],
    ["a total below zero", "negative_total", sale("-5.00")],
    ["a total in brackets", "negative_total", sale("(5.00)")],
    ["a date that does not exist", "bad_date", sale("5", { date: "31/02/2026" })],
    ["a missing date", "bad_date", sale("5", { date: " " })],
    ["a date after the day of reading", "future_date", sale("5", { date: "2026-03-12" })],
    ["a currency that is none", "unknown_currency", sale("5", { currency: "JAD" })],
    ["a document without a customer", "missing_customer", sale("5", { customer: { name: " " } })],
    ["a customer without any name or contact", "missing_name", customer(" ", { phones: [] })],
    [
      "what the connector's mapping refuses",
      "shifted_columns",
      { rejected: "shifted_columns", detail: "10 of 9 cells" },
    ],
    ["what the connector's mapping breaks on", "schema_invalid", 7],
  ];
  it.each(bad)("keeps back %s as %s", async (_title, reason, raw) => {
    await append(log, [rawRecord("1", raw, { provenance: { file: "sales.csv", row: 7 } })]);
    await flow(db, log);
    expect(await outcomes(db)).toEqual({ [`quarantined ${reason}`]: 1 });
    const row = await db.query(
      "select reason, file, row_number, status, raw, record ->> 'id' as id from ops.quarantine",
    );
    expect(row.rows).toEqual([{ reason, file: "sales.csv", row_number: 7, status: "open", raw, id: "1" }]);
    expect(await one("select count(*) as value from stage.transactions")).toBe(0);
    expect(await names()).toEqual([]);
  });

  it("takes a date of the day after the reading, a due date in the future, and money in several spellings", async () => {
    await append(log, [
      rawRecord("1", sale("J$1,000", { date: "2026-03-11", dueDate: "2026-04-30" }), { stream: "sales" }),
      rawRecord("2", sale("US$20.5", { exchangeRate: "157.5" }), { stream: "sales" }),
      rawRecord("3", sale("0.00", { voided: true, currency: "usd" }), { stream: "sales" }),
    ]);
    await flow(db, log);
    const found = await db.query("select currency, amount, exchange_rate, voided from stage.transactions order by key");
    expect(found.rows).toEqual([
      { currency: "JMD", amount: "1000.00", exchange_rate: null, voided: false },
      { currency: "USD", amount: "20.50", exchange_rate: "157.50000000", voided: false },
      { currency: "USD", amount: "0.00", exchange_rate: null, voided: true },
    ]);
  });

  it("counts a bad record again each time it is read, without writing it again", async () => {
    await append(log, [rawRecord("1", sale("x"))]);
    await flow(db, log);
    const before = await db.query("select xmin::text, * from ops.quarantine");
    await append(log, [rawRecord("1", sale("x"))], "r2");
    await flow(db, log);
    expect(await outcomes(db, "r2")).toEqual({ "quarantined bad_amount": 1 });
    expect((await db.query("select xmin::text, * from ops.quarantine")).rows).toEqual(before.rows);
  });

  it("keeps the good older version in place while a bad one waits, and settles the row with the next good one", async () => {
    const send = async (amount: string): Promise<void> => {
      await append(log, [rawRecord("1", sale(amount), { stream: "sales" })]);
      await flow(db, log);
    };
    await send("10");
    await send("oops");
    expect(await one("select amount as value from stage.transactions")).toBe("10.00");
    expect(await one("select status as value from ops.quarantine")).toBe("open");
    await send("11");
    expect(await one("select amount as value from stage.transactions")).toBe("11.00");
    expect(await one("select status as value from ops.quarantine")).toBe("resolved");
    await send("oops");
    expect(await one("select status as value from ops.quarantine")).toBe("open");
    expect(await one("select count(*) as value from ops.quarantine")).toBe(1);
  });

  it("takes a record away when its source deletes it, whatever became of its last version", async () => {
    await append(log, [
      rawRecord("1", customer("Ann Brown")),
      rawRecord("2", customer("Bob Grant")),
      rawRecord("3", 5),
    ]);
    await flow(db, log);
    const gone = (id: string) => rawRecord(id, null, { op: "delete", version: "2" });
    await append(log, [rawRecord("2", 5), gone("1"), gone("2"), gone("3"), gone("4"), gone("1")], "r2");
    await flow(db, log);
    expect(await names()).toEqual([]);
    expect(await outcomes(db, "r2")).toEqual({ "quarantined schema_invalid": 1, loaded: 3, unchanged: 2 });
    expect(await one("select count(*) as value from ops.quarantine where status = 'open'")).toBe(0);
    await append(log, [rawRecord("1", customer("Ann Brown"))], "r3");
    await flow(db, log);
    expect(await names()).toEqual(["Ann Brown"]);
  });

  it("handles several versions of one record inside a batch in order", async () => {
    await append(log, [
      rawRecord("1", customer("First Name")),
      rawRecord("1", null, { op: "delete" }),
      rawRecord("1", customer("Second Name")),
      rawRecord("1", sale("x")),
      rawRecord("1", customer("Third Name")),
    ]);
    await flow(db, log);
    expect(await names()).toEqual(["Third Name"]);
    expect(await outcomes(db)).toEqual({ loaded: 4, "quarantined bad_amount": 1 });
    expect(await one("select status as value from ops.quarantine")).toBe("resolved");
  });

  it("takes away the kinds that a record no longer has", async () => {
    await append(log, [rawRecord("1", [...customer("Ann Brown"), ...sale("5")])]);
    await flow(db, log);
    expect(await one("select count(*) as value from stage.transactions")).toBe(1);
    await append(log, [rawRecord("1", customer("Ann Brown"))]);
    await flow(db, log);
    expect(await one("select count(*) as value from stage.transactions")).toBe(0);
    expect(await names()).toEqual(["Ann Brown"]);
  });

  it("leaves filtered rows out by reason, and never lets a repeated row take the first one away", async () => {
    await append(log, [
      rawRecord("1", customer("Ann Brown")),
      rawRecord("1", { filtered: "duplicate_row" }),
      rawRecord("2", { filtered: "total_row" }),
      rawRecord("3", customer("Bob Grant")),
      rawRecord("3", { filtered: "noindex" }),
    ]);
    await flow(db, log);
    expect(await names()).toEqual(["Ann Brown"]);
    expect(await outcomes(db)).toEqual({
      loaded: 2,
      "filtered duplicate_row": 1,
      "filtered noindex": 1,
      "filtered total_row": 1,
    });
    expect(await one("select count(*) as value from ops.filtered")).toBe(3);
  });

  it("buries a message that is no raw record and goes on", async () => {
    await log.append([{ topic: "raw.shop.customers", key: "x", value: { hello: 1 } }]);
    await append(log, [rawRecord("1", customer("Ann Brown"))]);
    const [landed, cleansed] = await flow(db, log);
    expect([landed?.deadLetters, cleansed?.deadLetters]).toEqual([1, 1]);
    expect(await names()).toEqual(["Ann Brown"]);
    expect(await log.topics("dead-letter.*")).toEqual(["dead-letter.cleanse", "dead-letter.land"]);
    const errors = await db.query<{ error: string }>("select error from ops.dead_letters");
    for (const { error } of errors.rows) expect(error).toMatch(/^not of the expected shape: source \(invalid_type\)/);
  });
});

describe("dead letters", () => {
  it("go down their topic once more when the cause is gone, and are off the list", async () => {
    await db.query(`create function refuse() returns trigger language plpgsql as
      $$ begin if new.display_name = 'Ann Brown' then raise exception 'refused' using errcode = '22023'; end if; return new; end $$`);
    await db.query("create trigger refusing before insert on stage.customers for each row execute function refuse()");
    await append(log, [rawRecord("1", customer("Ann Brown")), rawRecord("2", customer("Bob Grey"))]);
    await flow(db, log);
    expect(await names()).toEqual(["Bob Grey"]);
    expect(await listDeadLetters(db)).toMatchObject([{ stage: "store", key: rawRecord("1", {}).key }]);
    await db.query("drop trigger refusing on stage.customers; drop function refuse()");
    expect(await replayDeadLetters(db, log)).toEqual({ sent: 1, gone: 0 });
    expect(await listDeadLetters(db)).toEqual([]);
    await flow(db, log);
    expect(await names()).toEqual(["Ann Brown", "Bob Grey"]);
    expect(await replayDeadLetters(db, log)).toEqual({ sent: 0, gone: 0 });
  });

  it("that fail again are back on the list, one message sent for two stages that failed on it", async () => {
    await log.append([{ topic: "raw.shop.customers", key: "x", value: { hello: 1 } }]);
    await flow(db, log);
    expect(await replayDeadLetters(db, log)).toEqual({ sent: 1, gone: 0 });
    await flow(db, log);
    expect((await listDeadLetters(db)).map((letter) => letter.stage)).toEqual(["land", "cleanse"]);
  });

  it("whose messages the log no longer keeps stay on the list", async () => {
    await log.append([{ topic: "raw.shop.customers", key: "x", value: { hello: 1 } }]);
    await flow(db, log);
    await log.trim("dead-letter.land", Date.parse("2100-01-01"));
    expect(await replayDeadLetters(db, log)).toEqual({ sent: 1, gone: 1 });
    expect((await listDeadLetters(db)).map((letter) => letter.stage)).toEqual(["land"]);
  });
});

describe("cleansing again", () => {
  it("maps the newest landed versions anew, and only what changed flows on", async () => {
    await append(log, [
      rawRecord("1", customer("Ann Brown")),
      rawRecord("1", customer("Ann Browne")),
      rawRecord("2", sale("x")),
    ]);
    await flow(db, log);
    const corrected = {
      ...cleanseOptions("m2"),
      mapRecord: (raw: { raw: unknown }) => ({
        result: (raw.raw as { name?: string }[]).map((each) =>
          each.name === undefined ? { ...each, amount: "12" } : each,
        ) as never,
        mappingHash: "m2",
      }),
    };
    const streams = [{ source: "shop", account: "main", stream: "customers" }];
    const again = { ...corrected, db, log, clock: systemClock, streams, runId: "r2" };
    expect(await recleanse(again)).toEqual({ records: 2, emitted: 2 });
    await flow(db, log, corrected);
    expect(await names()).toEqual(["Ann Browne"]);
    expect(await one("select amount as value from stage.transactions")).toBe("12.00");
    expect(await one("select status as value from ops.quarantine")).toBe("resolved");
    expect(await recleanse(again)).toEqual({ records: 2, emitted: 0 });
  });
});

describe("mending quarantined records", () => {
  const idOf = (): Promise<number | undefined> => one<number>("select id as value from ops.quarantine");

  it("lets a mended record flow as if it had always been good, also when the bad one is sent again", async () => {
    const badOne = rawRecord("1", sale("oops"), { stream: "sales" });
    await append(log, [badOne]);
    await flow(db, log);
    const mended = await retryQuarantine(db, log, [(await idOf()) ?? 0], { replacement: sale("75") });
    expect(mended).toEqual({ appended: 1 });
    await flow(db, log);
    expect(await one("select amount as value from stage.transactions")).toBe("75.00");
    expect(await one("select status as value from ops.quarantine")).toBe("resolved");
    await append(log, [badOne], "r2");
    await flow(db, log);
    expect(await outcomes(db, "r2")).toEqual({ unchanged: 1 });
    expect(await one("select amount as value from stage.transactions")).toBe("75.00");
    expect(await one("select count(*) as value from ops.quarantine where status <> 'resolved'")).toBe(0);
    await append(log, [rawRecord("1", sale("80"), { stream: "sales", version: "2" })], "r3");
    await flow(db, log);
    expect(await one("select amount as value from stage.transactions")).toBe("80.00");
  });

  it("opens the row again where the mended record is bad as well, and refuses an id that does not exist", async () => {
    await append(log, [rawRecord("1", sale("oops"))]);
    await flow(db, log);
    await retryQuarantine(db, log, [(await idOf()) ?? 0]);
    expect(await one("select status as value from ops.quarantine")).toBe("retried");
    await flow(db, log);
    expect(await one("select status as value from ops.quarantine")).toBe("open");
    await expect(retryQuarantine(db, log, [4_711])).rejects.toMatchObject({ code: "QUARANTINE_UNKNOWN" });
  });
});

describe("storing", () => {
  it("keeps every kind in its table, with hidden figures as null", async () => {
    await append(log, [
      rawRecord("i", [
        { kind: "interaction", interactionKind: "call", date: "2026-03-02T10:00:00-05:00", customer: { id: "7" } },
      ]),
      rawRecord("j", [
        { kind: "interaction", interactionKind: "visit", date: "2/3/2026", customer: {}, likes: "1.2K" },
      ]),
      rawRecord("c", [{ kind: "campaign", name: "Easter", budget: "1000", clicks: "1,204", endDate: "2027-01-01" }]),
      rawRecord("p", [
        { kind: "social_profile", platform: "instagram", username: "annb", followers: "310", customer: {} },
      ]),
      rawRecord("t", [{ kind: "item", name: "Rice 5kg", unitPrice: "450" }]),
    ]);
    await flow(db, log);
    expect(await outcomes(db)).toEqual({ loaded: 5 });
    const calls = await db.query("select kind, at, likes, customer_ref from stage.interactions order by key");
    expect(calls.rows).toEqual([
      { kind: "call", at: "2026-03-02T15:00:00.000Z", likes: null, customer_ref: { id: "7" } },
      { kind: "visit", at: "2026-03-02T00:00:00.000Z", likes: 1200, customer_ref: {} },
    ]);
    expect((await db.query("select budget, clicks, conversions, end_date from stage.campaigns")).rows).toEqual([
      { budget: "1000.00", clicks: 1204, conversions: null, end_date: "2027-01-01" },
    ]);
    expect((await db.query("select followers, posts from stage.social_profiles")).rows).toEqual([
      { followers: 310, posts: null },
    ]);
    expect((await db.query("select unit_price, currency, active from stage.items")).rows).toEqual([
      { unit_price: "450.00", currency: "JMD", active: true },
    ]);
  });

  it("changes nothing when everything is replayed from the beginning", async () => {
    await append(log, [
      rawRecord("1", customer("Ann Brown")),
      rawRecord("2", customer("Bob Grant")),
      rawRecord("2", null, { op: "delete" }),
      rawRecord("3", sale("5"), { stream: "sales" }),
    ]);
    await flow(db, log);
    const content = () => db.query("select * from stage.customers order by key");
    const before = await content();
    await db.query("delete from ops.consumer_offsets where consumer_group = 'store'");
    const [, , stored] = await flow(db, log);
    expect(stored?.handled).toBe(4);
    expect((await content()).rows).toEqual(before.rows);
    expect(await one("select count(*) as value from stage.transactions")).toBe(1);
  });
});
