import { FAMILY, MEN, WOMEN } from "../data/names.ts";
import { FIRST_DAY, SAMPLE_DAY } from "./calendar.ts";
import { makeAddress, parishOf } from "./addresses.ts";
import type { Rng } from "./random.ts";
import type { Entity } from "./types.ts";

const LAND = [
  "922",
  "924",
  "926",
  "929",
  "931",
  "940",
  "952",
  "953",
  "957",
  "962",
  "964",
  "974",
  "978",
  "985",
] as const;
const MOBILE = [
  "312",
  "334",
  "345",
  "362",
  "371",
  "389",
  "402",
  "418",
  "437",
  "456",
  "483",
  "816",
  "832",
  "855",
  "876",
  "899",
];

/** A mobile number: mostly 876, some of the newer 658. */
export function mobile(r: Rng): string {
  const last = String(r.int(1000, 9999));
  if (r.chance(0.07)) return `658${r.int(300, 499)}${last}`;
  return `876${r.pick(MOBILE)}${last}`;
}

/** A land line. */
export function landLine(r: Rng): string {
  return `876${r.pick(LAND)}${r.int(1000, 9999)}`;
}

const plain = (text: string): string =>
  text
    .normalize("NFD")
    .replace(/[^a-zA-Z]/g, "")
    .toLowerCase();

/** A private e-mail address made of a name; `n` keeps it unique. */
function privateEmail(r: Rng, given: string, family: string, n: number): string {
  const host = r.pick(["gmail.com", "yahoo.com", "hotmail.com", "gmail.com", "flowja.com", "cwjamaica.com"]);
  const [g, f] = [plain(given), plain(family)];
  return `${r.pick([`${g}.${f}${n % 100}`, `${g.charAt(0)}${f}${n}`, `${g}${n % 1000}.${f}`, `${f}.${g}${n}`])}@${host}`;
}

/** Common names more often: squares the draw. */
export function pickFamily(r: Rng): string {
  return FAMILY[Math.floor(r.next() ** 1.6 * FAMILY.length)] ?? "Brown";
}

/** A person who is a customer. */
export function makePerson(r: Rng, index: number): Entity {
  const sex = r.chance(0.52) ? "f" : "m";
  const given = r.pick(sex === "f" ? WOMEN : MEN);
  let family = pickFamily(r);
  if (sex === "f" && r.chance(0.06)) family = `${family}-${pickFamily(r)}`;
  const address = makeAddress(r);
  return {
    id: `E${String(index + 1).padStart(5, "0")}`,
    index,
    type: "person",
    given,
    middle: r.chance(0.6) ? r.pick(sex === "f" ? WOMEN : MEN) : "",
    family,
    suffix: "",
    sex,
    firm: "",
    trade: "",
    category: "",
    phone: mobile(r),
    phone2: r.chance(0.25) ? landLine(r) : "",
    oldPhone: r.chance(0.2) ? mobile(r) : "",
    email: r.chance(0.72) ? privateEmail(r, given, family, index) : "",
    address,
    oldAddress: r.chance(0.15) ? makeAddress(r) : null,
    subscribed: false,
    website: "",
    handle: "",
    usd: false,
    west: parishOf(address).west,
    since: FIRST_DAY + r.int(-500, SAMPLE_DAY - FIRST_DAY - 20),
    rng: r,
  };
}

/** Two customers of one household: same address and land line, mostly the same family name. */
export function marry(r: Rng, a: Entity, b: Entity): void {
  a.sex = "m";
  a.given = r.pick(MEN);
  b.sex = "f";
  b.given = r.pick(WOMEN);
  b.family = r.chance(0.85) ? a.family : `${b.family.split("-")[0]}-${a.family.split("-")[0]}`;
  share(r, a, b);
}

/** Father and son: same name but for the suffix, same house. */
export function fatherAndSon(r: Rng, father: Entity, son: Entity): void {
  father.sex = "m";
  father.given = r.pick(MEN);
  Object.assign(son, { sex: "m", given: father.given, family: father.family });
  son.middle = father.middle !== "" && r.chance(0.5) ? r.pick(MEN) : father.middle;
  father.suffix = "Sr.";
  son.suffix = "Jr.";
  share(r, father, son);
}

function share(r: Rng, a: Entity, b: Entity): void {
  b.address = a.address;
  b.west = a.west;
  const line = a.phone2 === "" ? landLine(r) : a.phone2;
  a.phone2 = line;
  b.phone2 = line;
  for (const one of [a, b]) if (one.email !== "") one.email = privateEmail(r, one.given, one.family, one.index);
}

/** Gives `b` the full name of `a`, in another parish and with other contacts. */
export function makeNamesake(r: Rng, a: Entity, b: Entity): void {
  Object.assign(b, { given: a.given, family: a.family, sex: a.sex, suffix: "" });
  while (b.address.parish === a.address.parish) b.address = makeAddress(r);
  b.west = parishOf(b.address).west;
  if (b.email !== "") b.email = privateEmail(r, b.given, b.family, b.index);
}
