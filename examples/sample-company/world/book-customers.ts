import { dayOf, SAMPLE_DAY } from "./calendar.ts";
import type { BookCustomer } from "./books-types.ts";
import { detailsOf, type Quality } from "./contact-details.ts";
import type { Presence } from "./presence.ts";
import { rng, type Rng } from "./random.ts";
import { spellPhone } from "./spelling.ts";
import type { Entity, Life } from "./types.ts";

const QUALITY: Quality = { noise: 0.8, noPhone: 0.12, noEmail: 0.22, noAddress: 0.1 };
const OPENED = dayOf("2021-01-04");

type Draft = Omit<BookCustomer, "id">;

const EMPTY: Draft = {
  entity: null,
  kind: "cash",
  parent: null,
  display: "",
  given: "",
  family: "",
  company: "",
  phone: "",
  mobile: "",
  email: "",
  street: "",
  town: "",
  parish: "",
  website: "",
  currency: "JMD",
  created: OPENED,
  updated: OPENED,
  inactiveFrom: null,
  merged: null,
  rephoned: null,
  defect: "",
};

function draftOf(r: Rng, entity: Entity, created: number, kind: Draft["kind"]): Draft {
  const d = detailsOf(r, entity, QUALITY);
  const firm = entity.type === "organisation";
  const contact = !firm || r.chance(0.4);
  const name = firm ? d.company : r.chance(0.15) ? `${d.person.family}, ${d.person.given}` : d.person.full;
  return {
    ...EMPTY,
    entity: entity.index,
    kind,
    display: name,
    given: contact ? d.person.given : "",
    family: contact ? d.person.family : "",
    company: firm && r.chance(0.85) ? entity.firm : "",
    phone: d.phone,
    mobile: d.phone2,
    email: d.email,
    street: d.street,
    town: d.town,
    parish: d.parish,
    website: r.chance(0.5) ? entity.website : "",
    currency: entity.usd ? "USD" : "JMD",
    created,
    updated: Math.min(Math.max(created, SAMPLE_DAY - r.int(1, 700)), Math.max(created, SAMPLE_DAY - 1)),
  };
}

/** Jobs of a builder or hotel: deliveries to a site, on the parent's account. */
function jobsOf(r: Rng, entity: Entity, parent: Draft): Draft[] {
  const wanted = (entity.category === "Construction" || entity.category === "Hotel") && r.chance(0.4) ? r.int(1, 2) : 0;
  return Array.from({ length: wanted }, (_, n) => ({
    ...EMPTY,
    entity: entity.index,
    kind: "job" as const,
    display: `${r.pick(["Site", "Block", "Wing", "Phase"])} ${n + 1} ${entity.address.town.replace(/ P\.O\.$/, "")}`,
    phone: r.chance(0.5) ? parent.phone : "",
    currency: parent.currency,
    created: parent.created,
    updated: parent.created,
  }));
}

/** Display names are unique in QuickBooks: a second one gets the town, then a number. */
function unique(taken: Set<string>, wanted: string, town: string): string {
  let name = wanted;
  if (taken.has(name.toLowerCase()) && town !== "") name = `${wanted} (${town})`;
  for (let n = 2; taken.has(name.toLowerCase()); n += 1) name = `${wanted} ${n}`;
  taken.add(name.toLowerCase());
  return name;
}

function changes(r: Rng, entity: Entity, draft: Draft): Draft {
  if (draft.created > SAMPLE_DAY) return draft;
  if (r.chance(0.03)) return { ...draft, inactiveFrom: SAMPLE_DAY - r.int(20, 500) };
  if (r.chance(0.006))
    return { ...draft, rephoned: { day: SAMPLE_DAY + r.int(1, 4), phone: spellPhone(r, entity.phone) } };
  if (r.chance(0.003)) return { ...draft, inactiveFrom: SAMPLE_DAY + r.int(1, 3) };
  return draft;
}

/** Numbers the records group by group; the first record of a group is the parent of its jobs and takes in merged ones. */
function numbered(groups: readonly (readonly Draft[])[]): BookCustomer[] {
  const taken = new Set<string>();
  const customers: BookCustomer[] = [];
  for (const group of groups) {
    const head = String(customers.length + 1);
    for (const draft of group) {
      const inside = draft.kind === "job";
      const display = inside ? draft.display : unique(taken, draft.display, draft.town);
      const merged = draft.merged === null ? null : { ...draft.merged, into: head };
      customers.push({ ...draft, id: String(customers.length + 1), display, merged, parent: inside ? head : null });
    }
  }
  return customers;
}

/** Records that no reader can use: without any name, or of the wrong shape. */
function nonsense(r: Rng, wanted: number, from: number): BookCustomer[] {
  return Array.from({ length: wanted * 2 }, (_, n) => {
    const defect = n < wanted ? "missing_name" : "schema_invalid";
    const created = SAMPLE_DAY - r.int(20, 600);
    const display = defect === "missing_name" ? "" : `Imported contact ${n}`;
    return { ...EMPTY, id: String(from + n), kind: "bad", display, created, updated: created, defect };
  });
}

/** The customer list of the books: about in order of creation, the planted nonsense last. */
export function bookCustomers(
  seed: number,
  entities: readonly Entity[],
  lives: readonly Life[],
  presences: readonly Presence[],
): readonly BookCustomer[] {
  const groups: Draft[][] = [[{ ...EMPTY, display: "Cash Customer" }]];
  let merges = 0;
  for (const entity of entities) {
    if (presences[entity.index]?.quickbooks !== true) continue;
    const r = entity.rng.fork("books");
    const first = lives[entity.index]?.purchases[0]?.day ?? entity.since;
    const created = Math.max(OPENED, Math.min(entity.since, first - 1));
    const main = changes(r, entity, draftOf(r, entity, entity.since > SAMPLE_DAY ? entity.since : created, "main"));
    const group = [main, ...jobsOf(r, entity, main)];
    if (created < SAMPLE_DAY - 60 && (r.chance(0.04) || (merges < 2 && entity.index > 20))) {
      const again = draftOf(r, entity, Math.min(SAMPLE_DAY - 30, created + r.int(30, 400)), "duplicate");
      // Two duplicates are merged into the first record on day 2.
      group.push({ ...again, inactiveFrom: null, merged: merges < 2 ? { day: SAMPLE_DAY + 2, into: "" } : null });
      if (merges < 2) group[0] = { ...main, inactiveFrom: null };
      merges += 1;
    }
    groups.push(group);
  }
  const sorted = groups.sort((a, b) => (a[0]?.created ?? 0) - (b[0]?.created ?? 0));
  const customers = numbered(sorted);
  const bad = Math.max(2, Math.round(4 * (entities.length / 3000)));
  return [...customers, ...nonsense(rng(`books/${seed}`), bad, customers.length + 1)];
}
