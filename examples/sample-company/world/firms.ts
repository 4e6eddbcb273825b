import { CATEGORIES, FIRM_WORDS, MEN, WOMEN } from "../data/names.ts";
import { PLAZAS } from "../data/places.ts";
import { FIRST_DAY, SAMPLE_DAY } from "./calendar.ts";
import { makeAddress, parishOf, pickParish } from "./addresses.ts";
import { landLine, mobile, pickFamily } from "./people.ts";
import type { Rng } from "./random.ts";
import type { Entity } from "./types.ts";

const slug = (text: string): string =>
  text
    .normalize("NFD")
    .toLowerCase()
    .replace(/ (limited|company ltd)$/, "")
    .replace(/[^a-z0-9]+/g, "");

function firmName(r: Rng, category: string, family: string, town: string): string {
  const kind = CATEGORIES.find((c) => c.name === category) ?? r.pick(CATEGORIES);
  const word = r.pick(kind.words);
  const bare = town.replace(/ (\d+|P\.O\.)$/, "");
  const base = r.pick([
    `${family}'s ${word}`,
    `${family} & Sons ${word}`,
    `${r.pick(FIRM_WORDS)} ${word}`,
    `${r.pick(FIRM_WORDS)} ${r.pick(FIRM_WORDS)} ${word}`,
    `${bare} ${word}`,
    `${r.pick(FIRM_WORDS)} ${bare} ${word}`,
  ]);
  return base + r.pick([" Limited", " Limited", " Limited", " Company Ltd", "", " Enterprises Limited"]);
}

/** Fills in everything that follows from a firm's name. */
export function nameFirm(r: Rng, firm: Entity, taken: Set<string>): void {
  do firm.firm = firmName(r, firm.category, firm.family, firm.address.town);
  while (taken.has(slug(firm.firm)));
  taken.add(slug(firm.firm));
  const short = slug(firm.firm).slice(0, 22);
  firm.trade = r.chance(0.12)
    ? `${r.pick(FIRM_WORDS)} ${r.pick(["Depot", "Corner", "Stop", "Place", "Hub"])} ${firm.address.town.replace(/ .*$/, "")}`
    : "";
  firm.website = r.chance(0.4) ? `https://www.${short}.com` : "";
  firm.handle = r.chance(0.35) ? `${short}${r.pick(["", "_ja", ".ja", "876"])}` : "";
  if (firm.website !== "") firm.email = `${r.pick(["info", "sales", "accounts", "office"])}@${short}.com`;
  else
    firm.email = r.chance(0.75)
      ? `${short}${firm.index % 10}@${r.pick(["gmail.com", "cwjamaica.com", "yahoo.com"])}`
      : "";
}

/** A firm that is a customer, still without a name: see {@link nameFirm}. */
export function makeFirm(r: Rng, index: number): Entity {
  const sex = r.chance(0.45) ? "f" : "m";
  const parish = pickParish(r);
  let address = makeAddress(r, parish);
  if (r.chance(0.15)) address = { ...address, street: `Shop ${r.int(1, 60)}, ${r.pick(PLAZAS)}` };
  return {
    id: `E${String(index + 1).padStart(5, "0")}`,
    index,
    type: "organisation",
    given: r.pick(sex === "f" ? WOMEN : MEN),
    middle: "",
    family: pickFamily(r),
    suffix: "",
    sex,
    firm: "",
    trade: "",
    category: r.pick(CATEGORIES).name,
    phone: landLine(r),
    phone2: r.chance(0.45) ? mobile(r) : "",
    oldPhone: r.chance(0.2) ? landLine(r) : "",
    email: "",
    address,
    oldAddress: r.chance(0.12) ? makeAddress(r, parish) : null,
    subscribed: false,
    website: "",
    handle: "",
    usd: r.chance(0.09),
    west: parishOf(address).west,
    since: FIRST_DAY + r.int(-800, SAMPLE_DAY - FIRST_DAY - 20),
    rng: r,
  };
}

/** Makes `branch` a branch of `parent` in another town: same name with the town, own land line. */
export function makeBranch(r: Rng, parent: Entity, branch: Entity): void {
  branch.category = parent.category;
  while (branch.address.town === parent.address.town) branch.address = makeAddress(r);
  branch.west = parishOf(branch.address).west;
  const town = branch.address.town.replace(/ P\.O\.$/, "");
  branch.firm = `${parent.firm.replace(/ (Limited|Company Ltd|Enterprises Limited)$/, "")} - ${town}${r.chance(0.5) ? " Branch" : ""}`;
  branch.trade = "";
  branch.website = parent.website;
  branch.handle = "";
  branch.email = parent.email !== "" && r.chance(0.4) ? parent.email : branch.email;
}

/** Makes `firm` belong to `owner`: named after them, and often reached through them. */
export function makeOwned(r: Rng, owner: Entity, firm: Entity, taken: Set<string>): void {
  Object.assign(firm, { given: owner.given, family: owner.family, sex: owner.sex });
  nameFirm(r, firm, taken);
  if (r.chance(0.4)) {
    firm.firm = `${owner.family.split("-")[0]}'s ${r.pick(CATEGORIES.find((c) => c.name === firm.category)?.words ?? ["Store"])} ${firm.address.town.replace(/ (\d+|P\.O\.)$/, "")}`;
  }
  if (r.chance(0.5)) firm.phone2 = owner.phone;
  if (owner.email !== "" && r.chance(0.4)) firm.email = owner.email;
  if (r.chance(0.3)) {
    firm.address = owner.address;
    firm.west = owner.west;
  }
}
