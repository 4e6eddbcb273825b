import { REPS } from "../data/names.ts";
import { clockOf, isoOf, SAMPLE_DAY } from "./calendar.ts";
import { detailsOf, repIndex, type Quality } from "./contact-details.ts";
import { badDate, loseDelimiter, plant, type Spoil } from "./planting.ts";
import type { Presence } from "./presence.ts";
import { rng } from "./random.ts";
import { spellPhone } from "./spelling.ts";
import { inSheet } from "./tables-sheet.ts";
import type { Cell, Entity, Life, Row } from "./types.ts";

/** Headers of the e-mail logs. */
export const EMAIL_HEADER = ["Sent At", "Direction", "Customer Name", "Customer Email", "Subject", "Handled By"];
/** Headers of the call logs. */
export const CALL_HEADER = ["Call Date", "Time", "Caller", "Phone", "Direction", "Minutes", "Outcome", "Agent"];
/** Headers of the sales people's contact list: the one customer table without an id. */
export const REPS_HEADER = ["Name", "Company", "Phone", "Mobile", "Email", "Address", "Parish", "Comments"];

const spoilEmail: Spoil = (cells, reason, r) => {
  if (reason === "missing_customer") Object.assign(cells, { 2: null, 3: null });
  if (reason === "bad_date") cells[0] = badDate(r);
  if (reason === "future_date") cells[0] = `${r.int(2031, 2062)}-03-03 10:15`;
  return reason === "shifted_columns" ? loseDelimiter(cells, r) : cells;
};

const spoilCall: Spoil = (cells, reason, r) => {
  if (reason === "missing_customer") Object.assign(cells, { 2: null, 3: null });
  if (reason === "bad_date") cells[0] = badDate(r);
  if (reason === "future_date") cells[0] = `${r.int(2031, 2062)}-08-09`;
  return reason === "shifted_columns" ? loseDelimiter(cells, r) : cells;
};

const LOG_PLAN = [
  ["missing_customer", 3],
  ["bad_date", 3],
  ["future_date", 2],
  ["duplicate_row", 4],
  ["shifted_columns", 4],
] as const;

const nameOf = (e: Entity): string => (e.type === "organisation" ? e.firm : `${e.given} ${e.family}`);

/** E-mails and the calls that are not in the sheet, in order of time. */
export function officeLogs(
  seed: number,
  entities: readonly Entity[],
  lives: readonly Life[],
): { emails: Row[]; calls: Row[] } {
  const emails: Row[] = [];
  const calls: Row[] = [];
  const seen = new Set<string>();
  const add = (rows: Row[], from: number, cells: Cell[]): void => {
    const text = JSON.stringify(cells);
    if (!seen.has(text)) rows.push({ cells, from });
    seen.add(text);
  };
  for (const entity of entities) {
    const r = entity.rng.fork("office");
    for (const contact of lives[entity.index]?.contacts ?? []) {
      if (inSheet(entity, contact)) continue;
      const direction = contact.direction === "in" ? "In" : "Out";
      const agent = REPS[repIndex(entity)] ?? REPS[0];
      if (contact.kind === "email" && entity.email !== "") {
        const at = `${isoOf(contact.day)} ${clockOf(contact.minute)}`;
        add(emails, contact.day, [
          at,
          direction,
          r.chance(0.85) ? nameOf(entity) : "",
          entity.email,
          contact.outcome,
          agent,
        ]);
      } else {
        const caller = r.chance(0.8) ? nameOf(entity) : "";
        const phone = caller === "" || r.chance(0.9) ? spellPhone(r, entity.phone) : "";
        add(calls, contact.day, [
          isoOf(contact.day),
          clockOf(contact.minute),
          caller,
          phone,
          direction,
          r.int(1, 25),
          contact.outcome,
          agent,
        ]);
      }
    }
  }
  for (const rows of [emails, calls])
    rows.sort((a, b) => a.from - b.from || (JSON.stringify(a.cells) < JSON.stringify(b.cells) ? -1 : 1));
  const share = entities.length / 3000;
  return {
    emails: plant(rng(`emails/${seed}`), emails, LOG_PLAN, share, spoilEmail),
    calls: plant(rng(`calls/${seed}`), calls, LOG_PLAN, share, spoilCall),
  };
}

const QUALITY: Quality = { noise: 1.1, noPhone: 0.1, noEmail: 0.4, noAddress: 0.25 };

const spoilContact: Spoil = (cells, reason, r) => {
  if (reason === "missing_name") for (const at of [0, 1, 2, 3, 4]) cells[at] = null;
  return reason === "shifted_columns" ? loseDelimiter(cells, r) : cells;
};

/** The sales people's own contact list. */
export function repContacts(seed: number, entities: readonly Entity[], presences: readonly Presence[]): Row[] {
  const order = rng(`reps/${seed}`);
  const here = entities.filter((e) => presences[e.index]?.reps === true && e.since <= SAMPLE_DAY);
  const rows = order.shuffle(here).map((entity): Row => {
    const r = entity.rng.fork("reps");
    const d = detailsOf(r, entity, QUALITY);
    const name = d.company === "" || r.chance(0.45) ? d.person.full : "";
    const comment = r.pick([
      "",
      "",
      "",
      "buys on Fridays",
      "met at expo",
      "wants credit",
      "cousin of the manager",
      "call after 2",
    ]);
    const cells = [
      name,
      d.company,
      d.phone,
      d.phone2,
      d.email,
      [d.street, d.town].filter((t) => t !== "").join(", "),
      d.parish,
      comment,
    ];
    return {
      cells,
      from: 0,
      entity: entity.id,
      entityType: entity.type,
      name: d.company || name,
      email: d.email,
      phone: d.phone,
    };
  });
  const plan = [
    ["missing_name", 4],
    ["duplicate_row", 5],
    ["shifted_columns", 5],
  ] as const;
  return plant(order, rows, plan, entities.length / 3000, spoilContact);
}
