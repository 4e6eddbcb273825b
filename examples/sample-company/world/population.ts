import { PLAZAS } from "../data/places.ts";
import { makeBranch, makeFirm, makeOwned, nameFirm } from "./firms.ts";
import { fatherAndSon, landLine, makeNamesake, makePerson, marry } from "./people.ts";
import { SAMPLE_DAY } from "./calendar.ts";
import type { Rng } from "./random.ts";
import { rng } from "./random.ts";
import type { Entity, Population, Relation, Trap } from "./types.ts";

/** Takes the next two (or more) of a shuffled list; an empty answer when it has run out. */
function dealer(list: readonly Entity[]): (count: number) => Entity[] {
  let at = 0;
  return (count) => (at + count <= list.length ? list.slice(at, (at += count)) : []);
}

function families(r: Rng, deal: (n: number) => Entity[], scale: number, relations: Relation[], traps: Trap[]): void {
  const repeat = (count: number, action: (a: Entity, b: Entity, n: number) => void): void => {
    for (let n = 0; n < Math.max(2, Math.round(count * scale)); n += 1) {
      const [a, b] = deal(2);
      if (a !== undefined && b !== undefined) action(a, b, n);
    }
  };
  repeat(120, (a, b) => {
    marry(r, a, b);
    relations.push({ left: a.id, right: b.id, relation: "household" });
  });
  repeat(60, (a, b) => {
    fatherAndSon(r, a, b);
    relations.push({ left: a.id, right: b.id, relation: "father_son" });
  });
  repeat(80, (a, b, n) => {
    makeNamesake(r, a, b);
    for (const one of [a, b]) traps.push({ trap: "namesake", group: `namesake-${n}`, entity: one.id });
  });
}

function firmGroups(r: Rng, deal: (n: number) => Entity[], scale: number, relations: Relation[], traps: Trap[]): void {
  const times = (count: number): number => Math.max(1, Math.round(count * scale));
  for (let n = 0; n < times(60); n += 1) {
    const [parent, ...branches] = deal(r.chance(0.3) ? 3 : 2);
    if (parent === undefined) continue;
    for (const branch of branches) {
      makeBranch(r, parent, branch);
      relations.push({ left: branch.id, right: parent.id, relation: "branch_parent" });
    }
  }
  for (let n = 0; n < times(12); n += 1) {
    const phone = landLine(r);
    const plaza = PLAZAS[n % PLAZAS.length] ?? "Island Plaza";
    const members = deal(r.int(4, 5));
    for (const [i, firm] of members.entries()) {
      firm.phone = phone;
      const home = members[0] ?? firm;
      firm.address = { ...home.address, street: `Shop ${i * 3 + r.int(1, 3)}, ${plaza}` };
      firm.west = home.west;
      traps.push({ trap: "shared_phone", group: `reception-${n}`, entity: firm.id });
    }
  }
  for (let n = 0; n < times(10); n += 1) {
    const email = `${r.pick(["books", "ledger", "accounts"])}${n + 1}@numbersfirstja.com`;
    for (const firm of deal(4)) {
      firm.email = email;
      traps.push({ trap: "shared_email", group: `bookkeeper-${n}`, entity: firm.id });
    }
  }
}

/** Everybody whom the company knows or could know: 3,000 at scale 1, 58% of them persons. */
export function buildPopulation(seed: number, scale: number): Population {
  const root = rng(`population/${seed}`);
  const count = Math.max(60, Math.round(3000 * scale));
  const share = count / 3000;
  const entities: Entity[] = [];
  for (let i = 0; i < count; i += 1) {
    const own = root.fork(`entity/${i}`);
    entities.push(i % 50 < 29 ? makePerson(own, i) : makeFirm(own, i));
  }
  const r = root.fork("groups");
  const relations: Relation[] = [];
  const traps: Trap[] = [];
  const persons = r.shuffle(entities.filter((e) => e.type === "person"));
  const firms = r.shuffle(entities.filter((e) => e.type === "organisation"));
  const dealPersons = dealer(persons);
  families(r, dealPersons, share, relations, traps);
  const taken = new Set<string>();
  for (const firm of firms) nameFirm(r, firm, taken);
  const dealFirms = dealer(firms);
  firmGroups(r, dealFirms, share, relations, traps);
  for (let n = 0; n < Math.round(200 * share); n += 1) {
    const [owner] = dealPersons(1);
    const [firm] = dealFirms(1);
    if (owner === undefined || firm === undefined) break;
    makeOwned(r, owner, firm, taken);
    relations.push({ left: owner.id, right: firm.id, relation: "owner_firm" });
  }
  for (const one of entities) one.subscribed = one.email !== "" && r.chance(0.3);
  // One in a hundred turns up only after the sample day: a few new customers on each of the next five days.
  for (const one of entities)
    if (one.index % 100 === 7 || one.index % 100 === 37) one.since = SAMPLE_DAY + 1 + (Math.floor(one.index / 50) % 5);
  return { entities, relations, traps };
}
