import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { C360Error } from "#core";
import { openDatabase } from "#warehouse";
import { withDatabase } from "../support/postgres.ts";
import type { TestDatabase } from "../support/postgres.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await withDatabase();
});
afterAll(() => db.drop());

describe("an address of a database", () => {
  it("is refused with what to write instead where it is none, or leads to one that is not in UTF-8", async () => {
    for (const url of ["no address", "mysql://127.0.0.1/c360"])
      await expect(openDatabase(url)).rejects.toMatchObject({ code: "POSTGRES_UNFIT" });
    const name = `ascii_${process.pid}`;
    await db.query(`create database ${name} encoding 'SQL_ASCII' locale_provider libc locale 'C' template template0`);
    const other = new URL(db.url);
    other.pathname = `/${name}`;
    try {
      await expect(openDatabase(other.href)).rejects.toThrow("its encoding is SQL_ASCII");
    } finally {
      await db.query(`drop database ${name}`);
    }
  });
});

describe("the database", () => {
  it("gives big integers as numbers, money and dates as text, and times as ISO text in UTC", async () => {
    const { rows } = await db.query(
      `select 9007199254740991::bigint as big, 12.50::numeric(18,2) as money, date '2026-03-01' as day,
              timestamptz '2026-03-01 23:30:00.5-05' as at, array[1,2]::bigint[] as bigs, array['a',null]::text[] as texts,
              '{"a":[1]}'::jsonb as json, array[timestamptz '2026-01-01 00:00+00'] as ats`,
    );
    expect(rows[0]).toEqual({
      big: 9007199254740991,
      money: "12.50",
      day: "2026-03-01",
      at: "2026-03-02T04:30:00.500Z",
      bigs: [1, 2],
      texts: ["a", null],
      json: { a: [1] },
      ats: ["2026-01-01T00:00:00.000Z"],
    });
  });

  it("copies every sign of text, arrays, json and nulls in exactly", async () => {
    await db.query(
      "create table public.copied (id int, t text, list text[], doc jsonb, n numeric, flag boolean, b bytea)",
    );
    const texts = ["", "\\N", "tab\there", "line\nend\r\n", 'quote " and \\ back', "é 🙂", null];
    const rows = texts.map((text, i) => [
      i,
      text,
      [text, "x,{y}"],
      { text, deep: [1, "\\"] },
      "1.10",
      i % 2 === 0,
      Buffer.from([0, 255]),
    ]);
    expect(
      await db.transaction((tx) => db.copyIn(tx, "public.copied", ["id", "t", "list", "doc", "n", "flag", "b"], rows)),
    ).toBe(7);
    const back = await db.query<{ t: string | null; list: unknown; doc: unknown; n: string; flag: boolean; b: Buffer }>(
      "select t, list, doc, n, flag, b from public.copied order by id",
    );
    expect(back.rows.map((row) => row.t)).toEqual(texts);
    expect(back.rows.map((row) => row.list)).toEqual(texts.map((text) => [text, "x,{y}"]));
    expect(back.rows.map((row) => row.doc)).toEqual(texts.map((text) => ({ text, deep: [1, "\\"] })));
    expect(back.rows[0]).toMatchObject({ n: "1.10", flag: true, b: Buffer.from([0, 255]) });
  });

  it("keeps a text with the character zero or half a surrogate pair instead of failing the whole load", async () => {
    await db.query("create table public.odd (t text, doc jsonb)");
    await db.copyIn(db, "public.odd", ["t", "doc"], [["a\0b", { "k\0": "x\ud800y\0", kept: "\\u0000" }]]);
    const { rows } = await db.query("select t, doc from public.odd");
    expect(rows[0]).toEqual({ t: "a\ufffdb", doc: { "k\ufffd": "x\ufffdy\ufffd", kept: "\\u0000" } });
  });

  it("rolls everything back when the work of a transaction fails, also a bulk copy", async () => {
    await db.query("create table public.kept (id int)");
    const failed = db.transaction(async (tx) => {
      await db.copyIn(tx, "public.kept", ["id"], [[1], [2]]);
      throw new Error("no");
    });
    await expect(failed).rejects.toThrow("no");
    expect((await db.query("select * from public.kept")).rowCount).toBe(0);
  });

  it("goes on with a sound connection after a bulk copy that the server refused", async () => {
    await db.query("create table public.strict (id int not null)");
    await expect(db.copyIn(db, "public.strict", ["id"], [[1], [null]])).rejects.toMatchObject({ code: "23502" });
    expect(await db.copyIn(db, "public.strict", ["id"], [[1]])).toBe(1);
  });

  it("does not repeat a row's values in the error of a refused value", async () => {
    const failure = await db.query("select $1::text::int", ["Marcia Campbell"]).catch((error: unknown) => error);
    expect(JSON.stringify([failure, (failure as Error).message])).not.toContain("Marcia");
  });

  it("names an unreachable server without its password", async () => {
    const failure = await openDatabase("postgres://someone:hidden-secret@127.0.0.1:1/none").catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(C360Error);
    expect(failure).toMatchObject({ code: "POSTGRES_UNREACHABLE", retryable: true });
    expect((failure as Error).message).toBe("The database at 127.0.0.1:1 cannot be reached: nothing listens there");
  });

  it("reports a lost connection as unreachable and works again afterwards", async () => {
    const failure = await db
      .session(async (client) => {
        await client.query("select pg_terminate_backend(pg_backend_pid())");
      })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "POSTGRES_UNREACHABLE" });
    expect((await db.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });
});
