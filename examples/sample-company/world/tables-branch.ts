import { ITEMS } from "../data/items.ts";
import { dayOf, dmy, SAMPLE_DAY } from "./calendar.ts";
import { detailsOf, type Quality } from "./contact-details.ts";
import { badAmount, badCurrency, badDate, loseDelimiter, plant, shiftRight, type Spoil } from "./planting.ts";
import type { Presence } from "./presence.ts";
import { rng, type Rng } from "./random.ts";
import { textOf, type Cell, type Entity, type Life, type Row } from "./types.ts";

/** Headers of the branch's customer list (row 4 of the sheet "Customer List"). */
export const BRANCH_HEADER = [
  "Acct #",
  "Customer Name",
  "Contact Person",
  "Tel",
  "Cell",
  "E-mail",
  "Address",
  "Town",
  "Parish",
  "Opened",
  "Credit Limit (J$)",
  "Balance (J$)",
];
/** Headers of the till's exports. */
export const POS_HEADER = ["Receipt No", "Date", "Acct #", "Customer", "Item", "Qty", "Amount", "Currency", "Tender"];

const QUALITY: Quality = { noise: 1, noPhone: 0.08, noEmail: 0.4, noAddress: 0.1 };

/** Day on which the branch sends its next customer list. */
export const NEXT_LIST_DAY = SAMPLE_DAY + 3;

function branchRow(r: Rng, entity: Entity, id: string): Row {
  const d = detailsOf(r, entity, QUALITY);
  const firm = entity.type === "organisation";
  // A telephone number typed without signs is a number to a spreadsheet.
  const tel = d.digits !== "" && r.chance(0.6) ? Number(d.digits) : d.phone;
  const limit = firm ? r.int(1, 40) * 2_500_000 : 0;
  const cells: Cell[] = [
    id,
    firm ? d.company : d.name,
    firm && r.chance(0.5) ? d.person.full : "",
    tel,
    d.phone2,
    d.email,
    d.street,
    d.town,
    d.parish,
    { date: Math.max(Math.min(entity.since, SAMPLE_DAY + 3), dayOf("2020-05-01")) },
    { cents: limit },
    r.chance(0.05) ? `J$ ${r.int(1, 90)},500.00` : { cents: r.chance(0.7) ? 0 : r.int(1, 900) * 12_345 },
  ];
  return {
    cells,
    from: 0,
    entity: entity.id,
    entityType: entity.type,
    id,
    name: textOf(cells[1]),
    email: d.email,
    phone: String(tel),
  };
}

const spoilList: Spoil = (cells, reason, _r, n) => {
  cells[0] = `MB-${90_000 + n}`;
  if (reason === "missing_name") for (const at of [1, 2, 3, 4, 5]) cells[at] = null;
  return reason === "shifted_columns" ? shiftRight(cells) : cells;
};

/** Account of a branch customer. */
export interface Account {
  readonly id: string;
  readonly name: string;
}

/** Rows of the branch's customer list, with the account by entity id. */
export function branchCustomers(
  seed: number,
  entities: readonly Entity[],
  presences: readonly Presence[],
): { rows: Row[]; accounts: Map<string, Account> } {
  const r = rng(`branch/${seed}`);
  const accounts = new Map<string, Account>();
  const rows: Row[] = [];
  let next = 1;
  for (const entity of r.shuffle(entities.filter((e) => presences[e.index]?.branch === true))) {
    const own = entity.rng.fork("branch");
    for (let n = own.chance(0.02) ? 2 : 1; n > 0; n -= 1) {
      const id = `MB-${String(next).padStart(5, "0")}`;
      next += 1;
      const row = branchRow(own, entity, id);
      accounts.set(entity.id, { id, name: row.name ?? "" });
      rows.push(...overTime(own, row, entity));
    }
  }
  const plan = [
    ["missing_name", 5],
    ["duplicate_row", 6],
    ["shifted_columns", 5],
  ] as const;
  return { rows: plant(r, rows, plan, entities.length / 3000, spoilList), accounts };
}

/** The next list has some new numbers, lacks a few customers and has new ones. */
function overTime(r: Rng, row: Row, entity: Entity): Row[] {
  if (entity.since > SAMPLE_DAY) return [{ ...row, from: NEXT_LIST_DAY }];
  if (r.chance(0.004)) return [{ ...row, until: NEXT_LIST_DAY }];
  if (!r.chance(0.01)) return [row];
  const cells = row.cells.map((cell, at) => (at === 3 ? Number(entity.phone) : cell));
  return [
    { ...row, until: NEXT_LIST_DAY },
    { ...row, cells, phone: entity.phone, from: NEXT_LIST_DAY },
  ];
}

const spoilSale: Spoil = (cells, reason, r, n) => {
  cells[0] = `R${90_000 + n}`;
  if (reason === "missing_customer") Object.assign(cells, { 2: null, 3: null });
  if (reason === "bad_date") cells[1] = badDate(r);
  if (reason === "future_date") cells[1] = `05/01/${r.int(2031, 2062)}`;
  if (reason === "bad_amount") cells[6] = badAmount(r);
  if (reason === "negative_total") cells[6] = { cents: -r.int(10, 90) * 10_000 };
  if (reason === "unknown_currency") cells[7] = badCurrency(r);
  return reason === "shifted_columns" ? loseDelimiter(cells, r) : cells;
};

/** Sales of the branch's till, in order of time. Dates are text, day first. */
export function tillSales(
  seed: number,
  entities: readonly Entity[],
  lives: readonly Life[],
  presences: readonly Presence[],
  accounts: ReadonlyMap<string, Account>,
): Row[] {
  const r = rng(`till/${seed}`);
  const sales: { day: number; cells: Cell[] }[] = [];
  const add = (own: Rng, day: number, acct: string, customer: string, value: number): void => {
    const cents = Math.max(20_000, Math.round(value * 2) * 50);
    const foreign = own.chance(0.012);
    const currency = foreign ? own.pick(["USD", "USD", "CAD"]) : "JMD";
    const amount = { cents: foreign ? Math.round(cents / 157) : cents };
    const cells = [
      null,
      dmy(day),
      acct,
      customer,
      own.pick(ITEMS).name,
      own.int(1, 40),
      amount,
      currency,
      own.pick(["Cash", "Card", "Cheque", "Account"]),
    ];
    sales.push({ day, cells });
  };
  for (const entity of entities) {
    const account = accounts.get(entity.id);
    if (presences[entity.index]?.channel !== "till" || account === undefined) continue;
    const own = entity.rng.fork("till");
    for (const purchase of lives[entity.index]?.purchases ?? [])
      add(own, purchase.day, account.id, account.name, purchase.value);
  }
  for (let n = Math.max(3, Math.round(entities.length * 0.06)); n > 0; n -= 1)
    add(r, SAMPLE_DAY + 6 - r.int(0, 1080), "", "Cash Customer", 4_000);
  sales.sort((a, b) => a.day - b.day || (textOf(a.cells[2]) < textOf(b.cells[2]) ? -1 : 1));
  const rows = sales.map(({ day, cells }, n): Row => {
    const id = `R${String(n + 1).padStart(5, "0")}`;
    return { cells: [id, ...cells.slice(1)], from: day, id };
  });
  const plan = [
    ["missing_customer", 4],
    ["bad_date", 5],
    ["future_date", 4],
    ["bad_amount", 6],
    ["negative_total", 5],
    ["unknown_currency", 4],
    ["duplicate_row", 8],
    ["shifted_columns", 8],
  ] as const;
  return plant(r, rows, plan, entities.length / 3000, spoilSale);
}
