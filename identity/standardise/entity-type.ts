import type { EntityType } from "#core";
import type { Lexicon, LexiconIndex } from "../lexicon.ts";
import { isPlaceholder, lexiconIndex } from "../lexicon.ts";
import { beforeColon, words } from "../text.ts";
import { isPublicMailHost } from "./emails.ts";
import { withoutAsides } from "./name-asides.ts";

/** What is known about a record when its type is decided. */
export interface TypeClues {
  readonly name: string | null;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly orgName: string | null;
  readonly birthDate: string | null;
  readonly hasWebsite: boolean;
  readonly emails: readonly string[];
  /** True where there is an e-mail address, number or handle: somebody can be reached. */
  readonly reachable: boolean;
}

/** A type and its probability. */
export interface TypeVerdict {
  readonly entityType: EntityType;
  readonly probability: number;
}

/**
 * Person, organisation, unknown or not a customer, by log-odds of clues (natural units; positive speaks for a firm).
 * The weights are round figures from how often each clue stands in names of each type, not fitted to any one list.
 */
export function decideEntityType(clues: TypeClues, lexicon: Lexicon): TypeVerdict {
  const index = lexiconIndex(lexicon);
  const own = fullName(clues);
  const isNamed = isText(clues.name) || isText(clues.orgName) || own !== null;
  if (isNamed && isNobody(clues.name, index) && isNobody(clues.orgName, index) && isNobody(own, index)) {
    return { entityType: "not_a_customer", probability: 0.99 };
  }
  if (!isNamed && !clues.reachable) return { entityType: "unknown", probability: 0.5 };
  const odds = typeLogOdds(clues, own, lexicon);
  const organisation = 1 / (1 + Math.exp(-odds));
  if (organisation >= 0.65) return { entityType: "organisation", probability: round(organisation) };
  if (organisation <= 0.35) return { entityType: "person", probability: round(1 - organisation) };
  return { entityType: "unknown", probability: round(Math.max(organisation, 1 - organisation)) };
}

function fullName({ givenName, familyName }: TypeClues): string | null {
  const text = givenName === null ? (familyName ?? "") : familyName === null ? givenName : `${givenName} ${familyName}`;
  return text === "" ? null : text;
}

function isText(text: string | null): boolean {
  return text !== null && text !== "";
}

function isNobody(text: string | null, index: LexiconIndex): boolean {
  return text === null || text === "" || isPlaceholder(text, index);
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function typeLogOdds(clues: TypeClues, full: string | null, lexicon: Lexicon): number {
  let odds = -0.4;
  const shown = clues.name === null ? null : beforeColon(withoutAsides(clues.name));
  if (shown !== null) odds += nameOdds(shown, lexicon);
  if (clues.orgName !== null) odds += companyOdds(clues, clues.orgName, shown, lexicon);
  if (clues.givenName !== null || clues.familyName !== null) {
    const own = full ?? "";
    const ownWords = words(own);
    const shownWords = shown === null ? ownWords : words(shown);
    const shared = ownWords.filter((word) => shownWords.includes(word)).length;
    if (clues.orgName === null || shown !== null)
      odds -= shared >= Math.min(2, ownWords.length) ? (clues.orgName === null ? 3 : 1) : 0.3;
    if (shared === 0 && shown !== null) odds += contactOdds(clues, shown, lexicon);
    if (nameOdds(own, lexicon) > 2) odds += 2.5;
  }
  if (clues.birthDate !== null) odds -= 4;
  if (clues.hasWebsite) odds += 1;
  if (shown !== null && clues.emails.length > 0) odds += mailboxOdds(shown, clues.emails);
  return odds;
}

// What it says of a name that somebody else stands beside it in full: a firm has a contact.
function contactOdds({ givenName, familyName }: TypeClues, shown: string, lexicon: Lexicon): number {
  const list = words(shown);
  if (givenName === null || familyName === null || list.length === 0 || !LATIN.test(shown)) return 0;
  const { organisationWords } = lexiconIndex(lexicon);
  if (list.some((word) => organisationWords.has(word))) return 2.5;
  return nameOdds(shown, lexicon) > -1.5 ? 1.5 : 0;
}

const LATIN = /^[\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]*$/u;
/** Mailboxes of a desk, not of somebody. */
const DESK =
  /^(?:info|sales|office|accounts?|accounting|admin|contact|hello|enquir(?:y|ies)|inquiries|support|orders?|services?|reception|billing|reservations?|bookings?|customer(?:service|care)|help(?:desk)?)\d*$/;

// A domain that is called as the name is, and all the more a desk's mailbox there, are a firm's.
function mailboxOdds(shown: string, emails: readonly string[]): number {
  const list = words(shown);
  const name = list.join("");
  let most = 0;
  for (const email of emails) {
    const [box = "", host = ""] = email.split("@");
    // "mary@maryjones.com": her own.
    if (isPublicMailHost(host) || list.some((word) => word.length > 2 && box.includes(word))) continue;
    const label = host.slice(0, host.indexOf(".")).replaceAll("-", "");
    const isNamed = label.length >= 5 && name.length >= 5 && (name.startsWith(label) || label.startsWith(name));
    if (isNamed) most = Math.max(most, DESK.test(box) ? 3.2 : 2.2);
  }
  return most;
}

// What a filled company column says beside the name column, if there is one.
function companyOdds(clues: TypeClues, company: string, shown: string | null, lexicon: Lexicon): number {
  const org = nameOdds(company, lexicon);
  if (shown === null) return clues.givenName === null && clues.familyName === null ? 4 + org : 1.5 + org;
  if (words(shown).join(" ") === words(company).join(" ")) return 2.5;
  // A person's name beside a company's is the firm's contact: who buys for himself leaves the company empty.
  return isContact(shown, company, lexicon) ? 1.8 - nameOdds(shown, lexicon) + Math.min(1.5, Math.max(0, org)) : 0.8;
}

/** True where a name column names a person and the company column somebody else: the person speaks for the company. */
export function isContact(name: string | null, company: string | null, lexicon: Lexicon): name is string {
  if (name === null || company === null) return false;
  const firm = words(company);
  if (words(name).every((word) => firm.includes(word))) return false;
  const odds = nameOdds(name, lexicon);
  return odds < 0 && odds < nameOdds(company, lexicon) + 0.5;
}

/** Log-odds that a text names a firm rather than a person, by its words and form alone. */
export function nameOdds(text: string, lexicon: Lexicon): number {
  const index = lexiconIndex(lexicon);
  let known = oddsOf.get(index);
  if (known === undefined) oddsOf.set(index, (known = new Map()));
  const before = known.get(text);
  if (before !== undefined) return before;
  const odds = oddsByWords(text, index);
  if (known.size >= MOST_ODDS) known.clear();
  known.set(text, odds);
  return odds;
}

/** Answers of {@link nameOdds}: a record's names are asked about several times over. */
const oddsOf = new WeakMap<LexiconIndex, Map<string, number>>();
const MOST_ODDS = 2048;

function oddsByWords(text: string, index: LexiconIndex): number {
  const list = words(text);
  const givenKnown = isGiven(list[0], index);
  if (isCouple(list, index)) return -2.2;
  const odds = wordOdds(list, givenKnown, index) + formOdds(text, list, index);
  if (givenKnown && list.length <= 3) return odds - 2.2;
  return list.length >= 1 && list.length <= 3 && odds === 0 ? -1.1 : odds;
}

function isGiven(word: string | undefined, index: LexiconIndex): boolean {
  return word !== undefined && (index.nicknames.has(word) || index.commonNames.given.has(word));
}

/** Words of trades and houses that are surnames as well. */
const SURNAMES: ReadonlySet<string> = new Set(
  "barber block church court garage glass grill inn law lodge mall market mills parish partners plant power press sales steel store temple trust villa villas water windows".split(
    " ",
  ),
);

// "John Brown and Mary Grant", "John or Mary Brown": two given names that are known, and nothing of a firm.
function isCouple(list: readonly string[], index: LexiconIndex): boolean {
  const at = list.findIndex((word) => word === "and" || word === "or");
  if (at < 1 || at > 3 || !isGiven(list[0], index)) return false;
  const from = list[at + 1] === "or" ? at + 2 : at + 1;
  const isFirm = list.some((word) => index.legalWords.has(word) || index.organisationWords.has(word));
  return !isFirm && isGiven(list[from], index) && list.length > from + 1 && list.length <= from + 3;
}

function wordOdds(list: readonly string[], givenKnown: boolean, index: LexiconIndex): number {
  let odds = 0;
  const legal = list.filter((word, at) => at > 0 && index.legalWords.has(word)).length;
  if (legal > 0) odds += index.legalWords.has(list.at(-1) ?? "") ? 5 : 3;
  const trade = list.filter((word) => index.organisationWords.has(word) && !index.legalWords.has(word)).length;
  // One trade word may be a surname ("John Church"): after a known given name it counts less.
  if (trade > 1) odds += 5;
  else if (trade === 1) odds += list.length === 2 && givenKnown ? (SURNAMES.has(list[1] ?? "") ? 0.8 : 2.8) : 3.2;
  if (list[0] === "the") odds += 2.5;
  if (list.length >= 4) odds += 0.8;
  if (list.length > 1 && index.titles.has(list[0] ?? "")) odds -= 4;
  return odds;
}

const POSSESSIVE = /\p{L}['’]s\b/u;
const JOINED = /&|\band\b/i;
const FIRM_END = /\p{L}{2}(?:(?<!bi)shop|store|mart|works|tech|wear|foods?|burgers?)\b/iu;
/** What a firm's end has in it: a look that is cheaper. */
const FIRM_LETTERS = /shop|store|mart|works|tech|wear|food|burger/iu;
const GENERATION = /\b(?:jr|sr|iii?|snr|jnr)\b\.?$/i;

// The signs in a text's form that are added up, each looked for only where it can be.
function signOdds(text: string): number {
  let odds = 0;
  if ((text.includes("'") || text.includes("’")) && POSSESSIVE.test(text)) odds += 2.2;
  if (JOINED.test(text)) odds += 1.5;
  if (/\d/.test(text)) odds += 1.5;
  if (FIRM_LETTERS.test(text) && FIRM_END.test(text)) odds += 3.2;
  const last = text.charCodeAt(text.length - 1);
  // It ends in r, i or a dot.
  if ((last === 46 || (last | 32) === 114 || (last | 32) === 105) && GENERATION.test(text)) odds -= 4;
  return odds;
}

function formOdds(text: string, list: readonly string[], index: LexiconIndex): number {
  let odds = signOdds(text);
  if (index.tradingAs.test(text)) odds += 3;
  if (/^[A-Z]{3,4}\b/.test(text) && text !== text.toUpperCase()) odds += 2;
  if (text.includes(",") && /^[^,]+,\s*[^,]+$/.test(text)) {
    const hasLegal = list.some((word, at) => at > 0 && index.legalWords.has(word));
    if (!hasLegal) odds -= 2;
  }
  return odds;
}
