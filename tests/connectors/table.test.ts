import { describe, expect, it } from "vitest";
import type { TableMapping } from "#core";
import { findConnector } from "#connectors";
import { EMPTY } from "../../connectors/table/cells.ts";
import type { RowCell, SheetRow } from "../../connectors/table/cells.ts";
import { findTable } from "../../connectors/table/detect.ts";
import type { Table } from "../../connectors/table/detect.ts";
import { continueStream, nameColumns, tableStream } from "../../connectors/table/headers.ts";
import { createNamer, createSurvey } from "../../connectors/table/rows.ts";
import type { NamedRow } from "../../connectors/table/rows.ts";
import { mapContext } from "./support/context.ts";

const cell = (value: unknown): RowCell => {
  if (value === null || value === undefined) return EMPTY;
  if (typeof value === "number") return { type: "number", value };
  if (typeof value === "object" && "date" in value) return { type: "date", value: String(value.date) };
  return value as string;
};

async function* source(rows: readonly (readonly unknown[])[]): AsyncGenerator<SheetRow> {
  for (const [index, row] of rows.entries()) {
    await Promise.resolve();
    yield { row: index + 1, cells: row.map(cell) };
  }
}

async function tableOf(rows: readonly (readonly unknown[])[]): Promise<Table> {
  const table = await findTable(source(rows));
  if (table === null) throw new Error("no table");
  return table;
}

async function named(
  rows: readonly (readonly unknown[])[],
  mapping?: TableMapping,
  delimited = true,
): Promise<NamedRow[]> {
  const draft = createSurvey(mapping);
  const first = await tableOf(rows);
  for await (const row of first.rows()) draft.add(first, row);
  if (draft.needsAgain()) {
    const again = await tableOf(rows);
    for await (const row of again.rows()) draft.addAgain(again, row);
  }
  const second = await tableOf(rows);
  const name = createNamer(mapping, draft.done(), { delimited });
  const out: NamedRow[] = [];
  for await (const row of second.rows()) {
    const one = name(second, row);
    if (one !== null) out.push(one);
  }
  return out;
}

const CUSTOMERS: TableMapping = {
  entity: "customer",
  load: "snapshot",
  columns: { Name: "name", Phone: "phones", "E-mail": "emails" },
  id: "No",
};
const HEADER = ["No", "Name", "Phone", "E-mail", "Since"];
const person = (n: number): unknown[] => [
  `C-${1000 + n}`,
  `Person ${n}`,
  `876-555-${String(1000 + n)}`,
  `p${n}@example.com`,
  { date: "2024-05-01" },
];
const people = (n: number): unknown[][] => Array.from({ length: n }, (_, k) => person(k));

describe("finding the table in a sheet", () => {
  it("passes over title lines, blank rows and a line of labels", async () => {
    const table = await tableOf([
      ["Sunrise Traders Ltd"],
      ["Customers as at 1 March", null],
      [],
      ["Printed:", "today"],
      HEADER,
      ...people(12),
    ]);
    expect(table.headerRow).toBe(5);
    expect(table.columns.map(({ header }) => header)).toEqual(HEADER);
    expect(table.titles).toEqual(["Sunrise Traders Ltd", "Customers as at 1 March", "Printed: today"]);
  });

  it("finds a single column, and no table in prose or in numbers alone", async () => {
    expect((await tableOf([["E-mail"], ["a@x.jm"], ["b@x.jm"]])).columns).toHaveLength(1);
    expect(await findTable(source([["just a note"]]))).toBeNull();
    expect(await findTable(source([]))).toBeNull();
  });

  it("names doubled and blank headers the same way every time", () => {
    const cells = ["Phone", "phone", null, "Phone", null].map(cell);
    expect(nameColumns(cells, 5, (index) => index === 2).map(({ header }) => header)).toEqual([
      "Phone",
      "phone_2",
      "col_C",
      "Phone_3",
    ]);
  });

  it("gives a stream its name by its headers in any order, and continues it when some of them change", () => {
    const known = [{ name: tableStream(HEADER), columns: HEADER }];
    expect(tableStream(["e-mail ", "SINCE", "No", "Name", "Phone"])).toBe(tableStream(HEADER));
    expect(continueStream([...HEADER, "WhatsApp"], known)).toBe(tableStream(HEADER));
    expect(continueStream(["Receipt", "Date", "Name", "Amount"], known)).toBe(
      tableStream(["Receipt", "Date", "Name", "Amount"]),
    );
  });
});

describe("naming the rows of a table", () => {
  it("gives the same ids whatever the order of the rows", async () => {
    const rows = [...people(30), ["C-1001", "Other name", null, null, null], person(3), person(3)];
    const ids = (list: NamedRow[]): string[] => list.map(({ id, raw }) => `${id} ${JSON.stringify(raw)}`).sort();
    expect(ids(await named([HEADER, ...rows.toReversed()], CUSTOMERS))).toEqual(
      ids(await named([HEADER, ...rows], CUSTOMERS)),
    );
    expect(ids(await named([HEADER, ...rows.toReversed()]))).toEqual(ids(await named([HEADER, ...rows])));
  });

  it("marks the second of two equal rows, and keeps two different rows of one id apart", async () => {
    const rows = await named(
      [HEADER, ...people(5), person(2), ["C-1003", "Somebody else", null, null, null]],
      CUSTOMERS,
    );
    expect(rows.map(({ id }) => id).filter((id) => id.startsWith("C-1002"))).toEqual(["C-1002", "C-1002#2"]);
    expect(rows.find(({ id }) => id === "C-1002#2")?.raw["__duplicate"]).toBe(true);
    expect(rows.filter(({ id }) => id.startsWith("C-1003")).map(({ raw }) => raw["__duplicate"])).toEqual([
      undefined,
      undefined,
    ]);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(7);
  });

  it("takes two equal sales without a number for two sales, and two equal calls for one", async () => {
    const rows = [
      ["Date", "Who", "What"],
      ["2026-01-01", "A", "x"],
      ["2026-01-01", "A", "x"],
    ];
    const mapping = (entity: TableMapping["entity"]): TableMapping => ({ entity, load: "append", columns: {} });
    expect((await named(rows, mapping("transaction"))).map(({ raw }) => raw["__duplicate"])).toEqual([
      undefined,
      undefined,
    ]);
    expect((await named(rows, mapping("interaction"))).map(({ raw }) => raw["__duplicate"])).toEqual([undefined, true]);
  });

  it("marks total lines and footers, and no firm that is called Total", async () => {
    const rows = [
      HEADER,
      ...people(4),
      ["Total Hardware Ltd", "Total Gas", "876-555-9999", null, null],
      ["TOTAL", null, null, null, 4],
      ["Grand total:", 9],
      ["Printed on 1 March"],
    ];
    expect((await named(rows, CUSTOMERS)).map(({ raw }) => raw["__total"])).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      true,
      true,
      true,
    ]);
  });

  it("marks rows with a lost or doubled delimiter, unless the writer always leaves cells out", async () => {
    const rows = await named(
      [HEADER, ...people(20), ["C-1", "A", "B", "C"], ["C-2", "A", null, "B", "C", "D"]],
      CUSTOMERS,
    );
    expect(rows.slice(20).map(({ raw }) => [raw["__cells"], raw["__columns"]])).toEqual([
      [4, 5],
      [6, 5],
    ]);
    const ragged = await named([HEADER, ...people(9).map((row) => row.slice(0, 3)), ...people(3)], CUSTOMERS);
    expect(ragged.filter(({ raw }) => raw["__cells"] !== undefined)).toEqual([]);
  });

  it("marks a row whose values stand one column off, and no row that merely lacks or misspells some", async () => {
    const odd = [
      [null, ...person(50).slice(0, 4)],
      ["C-2", "Odd one", "no phone", "not an address", { date: "2024-05-01" }],
      ["C-3", null, null, null, null],
      [null, "Nameless", null, "x@y.jm", null],
    ];
    const rows = await named([HEADER, ...people(40), ...odd], CUSTOMERS, false);
    expect(rows.slice(40).map(({ raw }) => raw["__shifted"])).toEqual([true, undefined, undefined, undefined]);
  });
});

describe("what the rows of a table mean", () => {
  const excel = findConnector("excel");
  const map = (raw: unknown, table?: TableMapping): unknown =>
    excel?.map(raw, mapContext("excel", "a", { stream: "table_1", id: "1" }, table));

  it("asks for a mapping, filters what is marked and rejects what is shifted", () => {
    expect(map({ Name: "A" })).toMatchObject({ rejected: "unmapped_table" });
    expect(map({ Name: "A", __total: true })).toEqual({ filtered: "total_row" });
    expect(map({ Name: "A", __duplicate: true }, CUSTOMERS)).toEqual({ filtered: "duplicate_row" });
    expect(map({ Name: "A", __cells: 4, __columns: 5 }, CUSTOMERS)).toEqual({
      rejected: "shifted_columns",
      detail: "4 cells under 5 columns",
    });
    expect(map({ Name: "A", __shifted: true }, CUSTOMERS)).toMatchObject({ rejected: "shifted_columns" });
    expect(map({}, CUSTOMERS)).toEqual({ filtered: "blank_row" });
  });

  it("makes customers with several phones, numbers as plain digits, and words for yes and no", () => {
    const table: TableMapping = {
      entity: "customer",
      load: "snapshot",
      columns: { A: "name", B: "phones", C: "phones", D: "doNotContact", E: "active", F: "handles.instagram" },
    };
    expect(map({ A: "Ann", B: 18765551234, C: "555-1234", D: "Yes", E: "no", F: "ann.shop" }, table)).toEqual([
      {
        kind: "customer",
        name: "Ann",
        phones: ["18765551234", "555-1234"],
        doNotContact: true,
        active: false,
        handles: [{ platform: "instagram", handle: "ann.shop" }],
      },
    ]);
  });

  it("makes documents by kind words, and rejects one that names nobody", () => {
    const table: TableMapping = {
      entity: "transaction",
      load: "append",
      columns: { Kind: "transactionKind", Day: "date", Sum: "amount", Who: "customer.name", No: "customer.id" },
      defaults: { transactionKind: "invoice" },
    };
    expect(map({ Kind: "Credit Note", Day: "1/2/2026", Sum: 12.5, No: 7 }, table)).toEqual([
      { kind: "transaction", transactionKind: "credit_memo", date: "1/2/2026", amount: "12.5", customer: { id: "7" } },
    ]);
    expect(map({ Day: "1/2/2026", Sum: "J$5", Who: "A" }, table)).toEqual([
      { kind: "transaction", transactionKind: "invoice", date: "1/2/2026", amount: "J$5", customer: { name: "A" } },
    ]);
    expect(map({ Who: "A" }, table)).toEqual([
      { kind: "transaction", transactionKind: "invoice", date: "", amount: "", customer: { name: "A" } },
    ]);
    expect(map({ Day: "1/2/2026", Sum: "J$5" }, table)).toMatchObject({ rejected: "missing_customer" });
  });

  it("makes interactions, campaigns, profiles and items", () => {
    const of = (entity: TableMapping["entity"], columns: Record<string, string>): TableMapping => ({
      entity,
      load: "append",
      columns,
    });
    expect(
      map(
        { D: "2026-01-01", T: "10:15", K: "Phone call", P: 8765551234, R: "Outgoing" },
        of("interaction", { D: "date", T: "time", K: "interactionKind", P: "customer.phone", R: "direction" }),
      ),
    ).toEqual([
      {
        kind: "interaction",
        interactionKind: "phone_call",
        date: "2026-01-01 10:15",
        direction: "out",
        customer: { phone: "8765551234" },
      },
    ]);
    expect(map({ N: "Easter", C: 5 }, of("campaign", { N: "name", C: "clicks" }))).toEqual([
      { kind: "campaign", name: "Easter", clicks: "5" },
    ]);
    expect(map({ U: "@shop", F: 10 }, of("social_profile", { U: "username", F: "followers" }))).toEqual([
      { kind: "social_profile", platform: "unknown", username: "shop", followers: "10", customer: {} },
    ]);
    expect(map({ N: "Cement", P: 1650 }, of("item", { N: "name", P: "unitPrice" }))).toEqual([
      { kind: "item", name: "Cement", unitPrice: "1650" },
    ]);
  });
});
