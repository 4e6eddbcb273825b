import { describe, expect, it } from "vitest";
import { buildLinkRecords, choosePack, fieldMapSchema, guessFieldMap } from "#identity";
import type { FieldMap, LinkRecord } from "#identity";
import { jamaica, packOf } from "./support/people.ts";

function build(map: FieldMap, rows: readonly Readonly<Record<string, string>>[]): LinkRecord[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const table = {
    source: "list",
    names,
    columns: names.map((name) => rows.map((row) => row[name] ?? null)),
    rows: rows.length,
  };
  return buildLinkRecords([table], { map, pack: jamaica, ids: rows.map((_row, at) => `r${at}`) });
}

describe("records from rows", () => {
  it("puts every kind where linkage reads it and ignores columns that the map does not name", () => {
    const [record] = build(
      {
        source: "sys",
        fields: {
          g: "given_name",
          f: "family_name",
          m: "email",
          m2: "email",
          p: "phone",
          no: "house_number",
          st: "street",
          y: "birth_year",
          mo: "birth_month",
          d: "birth_day",
          ig: "handle",
          ssn: "person_id",
          sex: "gender",
        },
      },
      [
        {
          sys: "crm",
          g: "Devon",
          f: "Lindo",
          m: "A@x.com",
          m2: "b@x.com",
          p: "876-926-7777",
          no: "5",
          st: "Duke Street",
          y: "1980",
          mo: "3",
          d: "7",
          ig: "@devon",
          ssn: "123-45",
          sex: "M",
          other: "nobody reads this",
        },
      ],
    );
    expect(record).toMatchObject({
      key: "r0",
      source: "crm",
      givenName: "Devon",
      familyName: "Lindo",
      emails: ["a@x.com", "b@x.com"],
      phones: ["+18769267777"],
      birthDate: "1980-03-07",
      handles: ["social:devon"],
      entityType: "person",
    });
    expect(record?.street).toMatch(/^5 Duke Street$/i);
    expect(record?.extra).toEqual([
      { kind: "person_id", column: "ssn", value: "123-45" },
      { kind: "gender", column: "sex", value: "M" },
    ]);
    expect(JSON.stringify(record)).not.toContain("nobody reads this");
  });

  it("keeps further names, parts of a date that make none, and numbers that no pack knows", () => {
    const [record] = build({ fields: { a: "any_name", b: "any_name", y: "birth_year", d: "birth_day", p: "phone" } }, [
      { a: "Igor Petrov", b: "Игорь Петров", y: "1980", d: "31", p: "+7 (495) 000-00-0" },
    ]);
    expect(record?.extra).toContainEqual({ kind: "any_name", column: "b", value: "Игорь Петров" });
    expect(record?.extra).toContainEqual({ kind: "birth_year", column: "y", value: "1980" });
    expect(record?.birthDate).toBeNull();
    expect(record?.phones).toHaveLength(1);
  });

  it("reads dates in the order that the whole column shows", () => {
    const map: FieldMap = { fields: { n: "person_name", b: "birth_date" } };
    const american = build(map, [
      { n: "A B", b: "12/11/1978" },
      { n: "C D", b: "1/28/1980" },
    ]);
    expect(american.map(({ birthDate }) => birthDate)).toEqual(["1978-12-11", "1980-01-28"]);
    const british = build(map, [
      { n: "A B", b: "12/11/1978" },
      { n: "C D", b: "28/1/1980" },
    ]);
    expect(british[0]?.birthDate).toBe("1978-11-12");
  });

  it("believes a declared type, but nobody is nobody", () => {
    const map: FieldMap = { fields: { n: "org_name" } };
    expect(build(map, [{ n: "Cheka" }, { n: "Cash Customer" }]).map(({ entityType }) => entityType)).toEqual([
      "organisation",
      "not_a_customer",
    ]);
    const typed = build({ fields: { n: "any_name", t: "entity_type" } }, [
      { n: "Marks Spencer", t: "ORGANIZATION" },
      { n: "Marks Spencer", t: "person" },
    ]);
    expect(typed.map(({ entityType }) => entityType)).toEqual(["organisation", "person"]);
  });

  it("resolves a parent by id or by name, and knows a job by its name", () => {
    const map: FieldMap = { source: "s", fields: { n: "any_name", p: "parent_ref" } };
    const records = build(map, [
      { s: "qb", n: "Jack Essex" },
      { s: "qb", n: "Jack Essex:Roof 1", p: "Jack Essex" },
      { s: "qb", n: "Essex Branch", p: "r0" },
      { s: "qb", n: "Lost", p: "Nobody Known" },
    ]);
    expect(records.map(({ parentKey, isJob }) => [parentKey, isJob])).toEqual([
      [null, false],
      ["r0", true],
      ["r0", false],
      [null, false],
    ]);
  });

  it("finds the country whose places the rows name", () => {
    const table = { source: "x", names: ["r"], columns: [["NY", "CA", "TX"]], rows: 3 };
    const packs = [jamaica, packOf("us")];
    expect(choosePack([table], { fields: { r: "region" } }, packs).country).toBe("US");
    expect(
      choosePack([{ ...table, columns: [["St. Ann", "Hanover"]] }], { fields: { r: "region" } }, packs).country,
    ).toBe("JM");
  });

  it("guesses a map from headers and cells", () => {
    const { map } = guessFieldMap({
      title: "people.csv",
      columns: ["record_id", "source", "first_name", "surname", "dob", "sex", "email", "tel", "soc_sec_id"],
      sample: Array.from({ length: 30 }, (_row, at) => [
        `r${at}`,
        "crm",
        "Devon",
        `Lindo${at}`,
        "1980-01-02",
        "M",
        `a${at}@x.com`,
        "876-926-7777",
        `99${at}`,
      ]),
      pack: jamaica,
    });
    expect(map).toEqual({
      id: "record_id",
      source: "source",
      fields: {
        first_name: "given_name",
        surname: "family_name",
        dob: "birth_date",
        sex: "gender",
        email: "email",
        tel: "phone",
        soc_sec_id: "person_id",
      },
    });
  });

  it("refuses a map with a kind that does not exist", () => {
    expect(fieldMapSchema.safeParse({ fields: { a: "surname" } }).success).toBe(false);
    expect(fieldMapSchema.safeParse({ fields: { a: "email" }, oops: 1 }).success).toBe(false);
    expect(fieldMapSchema.safeParse({ fields: { a: "email" }, one_record_per_entity: true }).success).toBe(true);
  });
});
