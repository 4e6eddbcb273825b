import { REPS } from "../data/names.ts";
import { ITEMS } from "../data/items.ts";
import { dayOf, dmy, SAMPLE_DAY } from "./calendar.ts";
import { detailsOf, repIndex, type Details, type Quality } from "./contact-details.ts";
import { badAmount, badCurrency, badDate, plant, shiftRight, type Spoil } from "./planting.ts";
import type { Presence } from "./presence.ts";
import { rng, type Rng } from "./random.ts";
import { spellPhone } from "./spelling.ts";
import type { Cell, Contact, Entity, Life, Row } from "./types.ts";

/** Headers of the tab "Customers" (gid 0). */
export const CUSTOMERS_HEADER = [
  "Cust No",
  "Name",
  "Company",
  "Phone",
  "Email",
  "Address",
  "Parish",
  "Rep",
  "Since",
  "Do Not Contact",
  "Notes",
];
/** Headers of the tab "Visits & Calls" (gid 1187203341). */
export const VISITS_HEADER = ["Date", "Type", "Customer", "Phone", "Rep", "Outcome", "Notes"];
/** Headers of the tab "Walk-in Sales" (gid 604518827). */
export const WALKIN_HEADER = ["Date", "Receipt", "Customer", "Item", "Amount", "Currency", "Paid By"];

const QUALITY: Quality = { noise: 1, noPhone: 0.14, noEmail: 0.3, noAddress: 0.15 };

const NOTES = [
  "",
  "",
  "",
  "",
  "prefers WhatsApp",
  "deliver Tuesdays",
  "ask for manager",
  "pays cash",
  "gate code at office",
  "see Renée",
];

function customerRow(r: Rng, entity: Entity, d: Details, id: string): Row {
  const firm = entity.type === "organisation";
  const named = !firm || r.chance(0.5);
  const name = named ? d.person.full : "";
  const cells: Cell[] = [
    id,
    name,
    d.company,
    d.phone,
    d.email,
    [d.street, d.town].filter((t) => t !== "").join(", "),
    d.parish,
    REPS[repIndex(entity)] ?? REPS[0],
    { date: Math.max(entity.since, dayOf("2019-02-01")) },
    r.chance(0.03) ? "Yes" : "",
    r.pick(NOTES),
  ];
  const from = Math.max(entity.since, 0);
  const base = {
    cells,
    entity: entity.id,
    entityType: entity.type,
    id,
    name: d.company || name,
    email: d.email,
    phone: d.phone,
  };
  return { ...base, from: from > SAMPLE_DAY ? from : 0 };
}

/** What the sheet calls its customers: visits and calls refer to them by it. */
export interface SheetName {
  readonly name: string;
  readonly phone: string;
}

const spoilCustomer: Spoil = (cells, reason, _r, n) => {
  cells[0] = `C-${90_000 + n}`;
  if (reason === "missing_name") for (const at of [1, 2, 3, 4]) cells[at] = null;
  return reason === "shifted_columns" ? shiftRight(cells) : cells;
};

/** Rows of the tab "Customers". */
export function sheetCustomers(
  seed: number,
  entities: readonly Entity[],
  presences: readonly Presence[],
): { rows: Row[]; names: Map<string, SheetName> } {
  const rows: Row[] = [];
  const names = new Map<string, SheetName>();
  const order = rng(`sheet/${seed}`);
  let next = 1;
  const here = order.shuffle(entities.filter((e) => presences[e.index]?.sheet === true));
  for (const entity of [...here].sort((a, b) => Number(a.since > SAMPLE_DAY) - Number(b.since > SAMPLE_DAY))) {
    const r = entity.rng.fork("sheet");
    const times = entity.since <= SAMPLE_DAY && r.chance(0.025) ? 2 : 1;
    for (let n = 0; n < times; n += 1) {
      const d = detailsOf(r, entity, QUALITY);
      const row = customerRow(r, entity, d, `C-${String(next).padStart(5, "0")}`);
      next += 1;
      names.set(entity.id, { name: row.name ?? d.name, phone: d.phone });
      if (n === 0 && entity.since <= SAMPLE_DAY && r.chance(0.004)) rows.push(...edited(r, entity, row));
      else rows.push(row);
    }
  }
  const bad = plant(
    order.fork("defects"),
    rows,
    [
      ["missing_name", 6],
      ["duplicate_row", 8],
      ["shifted_columns", 6],
    ],
    entities.length / 3000,
    spoilCustomer,
  );
  return { rows: withRemoved(bad), names };
}

/** A row whose telephone number is corrected on a later day: the old form until then, the new one after. */
function edited(r: Rng, entity: Entity, row: Row): Row[] {
  const day = SAMPLE_DAY + r.int(1, 4);
  const phone = spellPhone(r, entity.phone);
  const cells = row.cells.map((cell, at) => (at === 3 ? phone : cell));
  return [
    { ...row, until: day },
    { ...row, cells, phone, from: day },
  ];
}

/** The last two rows that are there today are removed on the next day. */
function withRemoved(rows: Row[]): Row[] {
  let left = 2;
  for (let at = rows.length - 1; at >= 0 && left > 0; at -= 1) {
    const row = rows[at];
    if (row === undefined || row.from > SAMPLE_DAY || row.defect !== undefined || row.until !== undefined) continue;
    if (rows.some((other) => other !== row && other.id === row.id)) continue;
    rows[at] = { ...row, until: SAMPLE_DAY + 1 };
    left -= 1;
  }
  return rows;
}

const spoilVisit: Spoil = (cells, reason, r) => {
  if (reason === "missing_customer") Object.assign(cells, { 2: null, 3: null });
  if (reason === "bad_date") cells[0] = badDate(r);
  if (reason === "future_date") cells[0] = { date: dayOf(`${r.int(2031, 2062)}-03-14`) };
  return reason === "shifted_columns" ? shiftRight(cells) : cells;
};

/** True for contacts that stand in the sheet; the other calls and all e-mails stand in the office's logs. */
export function inSheet(entity: Entity, contact: Contact): boolean {
  return contact.kind === "visit" || (contact.kind === "call" && entity.index % 3 === 0);
}

/** Rows of the tab "Visits & Calls", in order of time. */
export function sheetVisits(
  seed: number,
  entities: readonly Entity[],
  lives: readonly Life[],
  names: ReadonlyMap<string, SheetName>,
): Row[] {
  const r = rng(`visits/${seed}`);
  const rows: Row[] = [];
  const seen = new Set<string>();
  for (const entity of entities) {
    const known = names.get(entity.id);
    const mine = entity.rng.fork("visits");
    for (const contact of lives[entity.index]?.contacts ?? []) {
      if (!inSheet(entity, contact)) continue;
      const firm = entity.type === "organisation";
      const name = known?.name ?? (firm ? entity.firm : `${entity.given} ${entity.family}`);
      const phone = known !== undefined ? known.phone : spellPhone(mine, entity.phone);
      const type = contact.kind === "visit" ? "Visit" : "Call";
      const rep = REPS[repIndex(entity)] ?? REPS[0];
      const cells = [name, mine.chance(0.6) || known === undefined ? phone : ""];
      const unique = `${contact.day}|${type}|${name}|${contact.outcome}`;
      if (seen.has(unique)) continue;
      seen.add(unique);
      const date = mine.chance(0.03) ? dmy(contact.day) : { date: contact.day };
      rows.push({ cells: [date, type, ...cells, rep, contact.outcome, ""], from: contact.day });
    }
  }
  rows.sort((a, b) => a.from - b.from);
  const plan = [
    ["missing_customer", 6],
    ["bad_date", 6],
    ["future_date", 4],
    ["duplicate_row", 8],
    ["shifted_columns", 6],
  ] as const;
  return plant(r, rows, plan, entities.length / 3000, spoilVisit);
}

const spoilWalkIn: Spoil = (cells, reason, r, n) => {
  cells[1] = `W-${90_000 + n}`;
  if (reason === "missing_customer") cells[2] = null;
  if (reason === "bad_date") cells[0] = badDate(r);
  if (reason === "future_date") cells[0] = { date: dayOf(`${r.int(2031, 2062)}-01-05`) };
  if (reason === "bad_amount") cells[4] = badAmount(r);
  if (reason === "negative_total") cells[4] = { cents: -r.int(20, 90) * 10_000 };
  if (reason === "unknown_currency") cells[5] = badCurrency(r);
  return cells;
};

/** Rows of the tab "Walk-in Sales": cash over the counter in Kingston, with a total line at the end of each year. */
export function sheetWalkIns(seed: number, entities: readonly Entity[], names: ReadonlyMap<string, SheetName>): Row[] {
  const r = rng(`walk-in/${seed}`);
  const buyers = entities.filter((e) => names.has(e.id) && e.type === "person" && !e.west && e.since <= SAMPLE_DAY);
  const days = Array.from(
    { length: Math.max(20, Math.round(entities.length * 0.085)) },
    () => SAMPLE_DAY + 5 - r.int(0, 1000),
  );
  const rows: Row[] = days
    .sort((a, b) => a - b)
    .map((day, n) => {
      const buyer = r.pick(buyers);
      const customer = r.chance(0.3) ? r.pick(["Cash Customer", "Cash", "Walk-in"]) : (names.get(buyer.id)?.name ?? "");
      const cents = r.int(8, 220) * 10_000;
      const id = `W-${String(n + 1).padStart(5, "0")}`;
      const cells = [
        { date: day },
        id,
        customer,
        r.pick(ITEMS).name,
        { cents },
        "JMD",
        r.pick(["Cash", "Card", "Lynk"]),
      ];
      return { cells, from: day, id };
    });
  const plan = [
    ["missing_customer", 3],
    ["bad_date", 3],
    ["future_date", 2],
    ["bad_amount", 4],
    ["negative_total", 3],
    ["unknown_currency", 3],
    ["duplicate_row", 3],
  ] as const;
  return withTotals(plant(r, rows, plan, entities.length / 3000, spoilWalkIn));
}

function withTotals(rows: readonly Row[]): Row[] {
  const out: Row[] = [];
  let sum = 0;
  for (const [at, row] of rows.entries()) {
    out.push(row);
    const amount = row.cells[4];
    if (typeof amount === "object" && amount !== null && "cents" in amount) sum += amount.cents;
    const following = rows[at + 1];
    const year = (day: number): number => Math.floor((day - dayOf("2023-01-01")) / 365.25);
    if (following === undefined || year(following.from) === year(row.from) || following.from > SAMPLE_DAY) continue;
    out.push({ cells: ["TOTAL", null, null, null, { cents: sum }], from: row.from, defect: "total_row" });
    sum = 0;
  }
  return out;
}
