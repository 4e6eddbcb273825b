import { chainBits } from "./comparisons/firm.ts";
import { isSimilarWord } from "./comparisons/strings.ts";
import type { Frequencies } from "./frequencies.ts";
import type { LinkRecord, LinkRelation, RecordHead } from "./link-types.ts";
import type { Prepared } from "./prepare.ts";
import { words } from "./text.ts";
import type { PairWeight, Scorer } from "./weights.ts";

/** Below this a relation is not worth a row. */
const LEAST = 0.6;

/** The relation that a compared pair of different customers shows, or null. */
export function relationOfPair(
  a: Prepared,
  b: Prepared,
  weight: Pick<PairWeight, "sharedClass" | "sharedProbability">,
  scorer: Scorer,
): Pick<LinkRelation, "left" | "right" | "relation" | "probability" | "evidence"> | null {
  const name = scorer.relatedNames[weight.sharedClass];
  const probability = name === "branch" ? branchProbability(a, b, weight, scorer) : weight.sharedProbability;
  if (probability < LEAST) return null;
  if (name === "household") {
    const shared = sharedThings(a, b);
    // A family name alone makes no family.
    if (shared.length === 0) return null;
    const evidence = `Same ${[...(a.family === b.family ? ["family name"] : []), ...shared].join(", ")}.`;
    return { left: a.key, right: b.key, relation: "household", probability: round(probability), evidence };
  }
  // Two that say nothing of where they are, or of how to reach them there, are no two places.
  if (name !== "branch" || !isPlaced(a) || !isPlaced(b)) return null;
  return {
    left: b.key,
    right: a.key,
    relation: "branch_parent",
    probability: round(probability),
    evidence: `Same ${["firm name", ...sharedThings(a, b)].join(", ")}.`,
  };
}

function isPlaced({ phones, locality, street, postcode }: Prepared): boolean {
  return phones.length > 0 || locality !== "" || street !== "" || postcode !== "";
}

/** Below this two of one name are no branches, however many bear it. */
const HARDLY = 0.02;

// A chain's name is common because the chain's own branches bear it: for its branches that is no sign of chance.
function branchProbability(
  a: Prepared,
  b: Prepared,
  { sharedProbability }: Pick<PairWeight, "sharedProbability">,
  { context }: Scorer,
): number {
  if (sharedProbability < HARDLY || sharedProbability > 1 - HARDLY) return sharedProbability;
  const odds = (sharedProbability / (1 - sharedProbability)) * 2 ** chainBits(a.firms, b.firms, context);
  return odds / (1 + odds);
}

function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

function sharedThings(a: Prepared, b: Prepared): string[] {
  const found: string[] = [];
  if (a.phones.some((phone) => b.phones.includes(phone))) found.push("telephone number");
  if (a.emails.some((email) => b.emails.includes(email))) found.push("e-mail address");
  if (a.door !== "" && a.door === b.door) found.push("address");
  if (a.domains.some((domain) => b.domains.includes(domain))) found.push("web domain");
  return found;
}

/** Whether a person owns or works for a firm: who is named beside the firm, the name in the firm's, and what they share. */
export function ownerRelation(person: Prepared, firm: Prepared, frequencies: Frequencies): LinkRelation | null {
  const found: string[] = [];
  let bits = -7;
  const phone = firstShared(person.phones, firm.phones);
  const email = firstShared(person.emails, firm.emails);
  if (phone !== undefined) {
    bits += sharedBits(frequencies.count("phone", phone));
    found.push("same telephone number");
  }
  if (email !== undefined) {
    bits += sharedBits(frequencies.count("email", email));
    found.push("same e-mail address");
  }
  if (isSameDoor(person, firm)) {
    bits += 0.6 * sharedBits(frequencies.count("door", firm.door));
    found.push("same address");
  }
  const named = contactBits(person, firm);
  const isNamed = named > 0;
  if (isNamed) {
    bits += named;
    found.push("named as the firm's contact");
  }
  const bears = person.family.length > 2 && bearsName(firm, person.family);
  if (bears) {
    bits += Math.min(5, -0.5 * Math.log2(frequencies.of("family", person.family)));
    found.push("the firm bears the family name");
  }
  const domain = firstShared(person.domains, firm.domains);
  if (domain !== undefined && email === undefined) {
    bits += 3;
    found.push("e-mail at the firm's domain");
  } else if ((domain === undefined || email !== undefined) && isCalledAfter(person, firm)) {
    bits += 4;
    found.push("e-mail at a domain with the firm's name");
  }
  if (found.length < 2) return null;
  const probability = 1 / (1 + 2 ** -bits);
  if (probability < LEAST) return null;
  // Who works there has a mailbox of their own; the firm's own is its owner's.
  const isOwner = bears || isNamed || phone !== undefined || email !== undefined;
  const relation = isOwner ? "owner_firm" : "employee";
  return { left: person.key, right: firm.key, relation, probability: round(probability), evidence: sentence(found) };
}

function sharedBits(count: number): number {
  return Math.max(0, 5 - 1.5 * Math.log2(Math.max(1, count / 2)));
}

function firstShared(left: readonly string[], right: readonly string[]): string | undefined {
  for (const value of left) if (right.includes(value)) return value;
  return undefined;
}

function bearsName({ firms }: Prepared, family: string): boolean {
  const length = family.length;
  for (const list of firms) {
    for (const word of list) {
      // The name itself, or with an s behind it.
      if (word.startsWith(family) && (word.length === length || (word.length === length + 1 && word.endsWith("s"))))
        return true;
    }
  }
  return false;
}

// How surely the contact that a firm's record names is this person: their given names may be short forms, and of father
// and son the one is meant who is written as the contact is.
function contactBits(person: Prepared, firm: Prepared): number {
  const [own = "", said = ""] = [person.given[0], firm.given[0]];
  if (own === "" || own[0] !== said[0] || !isSimilarWord(firm.family, person.family)) return 0;
  if (person.generation !== firm.generation) return 3;
  const isAlike = own.length === 1 || said.length === 1 || isSimilarWord(own, said) || isShort(own, said);
  return isAlike ? 7 : 3;
}

function isSameDoor(a: Prepared, b: Prepared): boolean {
  if (a.door === "" || b.door === "") return false;
  return a.door === b.door || (a.houseNumber === b.houseNumber && isSimilarWord(a.streetJoined, b.streetJoined));
}

/** Letters that a domain and a firm's name must have in common: fewer are a word that many bear. */
const LEAST_NAMED = 8;

// "contact@robinsonscleaning.com" beside Robinson's Cleaning Services.
function isCalledAfter(person: Prepared, firm: Prepared): boolean {
  return person.domains.some((domain) => {
    const label = withoutAnd(domain.slice(0, domain.indexOf(".")).replace(/[^a-z0-9]/g, ""));
    if (label.length < LEAST_NAMED) return false;
    return firm.firms.some((list) => {
      const joined = withoutAnd(list.join(""));
      return joined.startsWith(label) || (joined.length >= LEAST_NAMED && label.startsWith(joined));
    });
  });
}

// "Hill and Sons" is hillsons.com or hillandsons.com.
function withoutAnd(text: string): string {
  return text.replaceAll("and", "");
}

// "Rob" and "Robert", "Kath" and "Kathleen".
function isShort(one: string, two: string): boolean {
  const [short, long] = one.length < two.length ? [one, two] : [two, one];
  return short.length >= 3 && long.startsWith(short.slice(0, 3));
}

function sentence(parts: readonly string[]): string {
  const text = parts.join(", ");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Relations that a source states itself: a record with a parent that is a customer of its own. */
export function statedRelations(records: readonly RecordHead[]): LinkRelation[] {
  const children = records.filter(({ parentKey, isJob }) => parentKey !== null && !isJob);
  if (children.length === 0) return [];
  const known = new Map(records.map((record) => [record.key, record]));
  return children.flatMap((record): LinkRelation[] => {
    const parent = known.get(record.parentKey ?? "");
    if (parent === undefined || record.entityType === "person" || parent.entityType === "person") return [];
    return [
      {
        left: record.key,
        right: parent.key,
        relation: "branch_parent",
        probability: 0.99,
        evidence: "The source names it as the parent.",
      },
    ];
  });
}

const REFERRED =
  /\b(?:referred|recommended|introduced|sent)\s+by\s*:?\s+([^,.;:()\d]{3,60})|\breferral\s*(?:from|by|:)\s*([^,.;:()\d]{3,60})/i;
/** Words of a name that a note gives, at most. */
const MOST_WORDS = 6;

/**
 * Referrals that notes tell ("referred by Marcia Brown"): the one referred is left, who sent them right. A name that
 * several customers bear names nobody; of several records of one name the first speaks, since they may be one customer.
 */
export function statedReferrals(records: readonly LinkRecord[]): LinkRelation[] {
  const named = records.flatMap((record) => {
    const texts = [
      record.notes ?? "",
      ...(record.extra ?? []).filter(({ kind }) => kind === "text").map((one) => one.value),
    ];
    const found = texts.map((text) => REFERRED.exec(text)).find((one) => one !== null) ?? null;
    return found === null ? [] : [{ record, said: words(found[1] ?? found[2] ?? "").slice(0, MOST_WORDS) }];
  });
  if (named.length === 0) return [];
  const byName = new Map<string, LinkRecord[]>();
  for (const record of records) {
    const texts = new Set([
      record.displayName,
      `${record.givenName ?? ""} ${record.familyName ?? ""}`,
      record.orgName ?? "",
    ]);
    const names = new Set(Array.from(texts, (text) => words(text).join(" ")));
    for (const name of names) {
      if (!name.includes(" ")) continue;
      const list = byName.get(name);
      if (list === undefined) byName.set(name, [record]);
      else list.push(record);
    }
  }
  return named.flatMap(({ record, said }): LinkRelation[] => {
    for (let length = said.length; length >= 2; length -= 1) {
      const bearers = (byName.get(said.slice(0, length).join(" ")) ?? []).filter(({ key }) => key !== record.key);
      const [first] = bearers;
      if (first === undefined) continue;
      const probability = round(Math.max(LEAST, 0.97 - 0.04 * (bearers.length - 1)));
      const evidence = `The notes name ${first.displayName} as who sent them.`;
      return [{ left: record.key, right: first.key, relation: "referral", probability, evidence }];
    }
    return [];
  });
}

/** One relation for each pair of clusters: the most probable, by the smallest keys where equal; none inside a cluster. */
export function bestRelations(relations: readonly LinkRelation[], anchorOf: (key: string) => string): LinkRelation[] {
  const best = new Map<string, LinkRelation>();
  for (const relation of relations) {
    const left = anchorOf(relation.left);
    const right = anchorOf(relation.right);
    if (left === right) continue;
    const id = `${left < right ? `${left} ${right}` : `${right} ${left}`} ${relation.relation}`;
    const before = best.get(id);
    const isBetter =
      before === undefined ||
      relation.probability > before.probability ||
      (relation.probability === before.probability &&
        `${relation.left} ${relation.right}` < `${before.left} ${before.right}`);
    if (isBetter) best.set(id, relation);
  }
  return [...best.values()].sort((a, b) => (`${a.left} ${a.right}` < `${b.left} ${b.right}` ? -1 : 1));
}
