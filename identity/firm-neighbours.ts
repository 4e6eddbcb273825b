import { isSimilarWord } from "./comparisons/strings.ts";
import type { LexiconIndex } from "./lexicon.ts";
import type { LinkRecord } from "./link-types.ts";
import { fold, words } from "./text.ts";

/** More firms than this share a building or an operator; they tell nothing of one name. */
const MOST_FIRMS = 20;

// Ways on which a record can be reached: telephones, mailboxes, the door.
function waysTo(record: LinkRecord): string[] {
  const { phones, emails, street, locality, postcode } = record;
  const ways = [...phones, ...emails];
  if (street !== null && /\d/.test(street)) ways.push(`${fold(street)}|${fold(locality ?? postcode ?? "")}`);
  return ways;
}

/** Firms by the ways on which they can be reached. */
export class FirmNeighbours {
  private readonly byWay = new Map<string, LinkRecord[]>();

  add(firm: LinkRecord): void {
    for (const way of waysTo(firm)) {
      const list = this.byWay.get(way);
      if (list === undefined) this.byWay.set(way, [firm]);
      else if (list.length <= MOST_FIRMS) list.push(firm);
    }
  }

  /** A firm reached as the record is, whose name the record's is a misspelling or the initials of. */
  like(record: LinkRecord, lexicon: LexiconIndex): LinkRecord | undefined {
    let own: string[] | null = null;
    for (const way of waysTo(record)) {
      const firms = this.byWay.get(way);
      if (firms === undefined || firms.length > MOST_FIRMS) continue;
      own ??= words(record.displayName);
      for (const firm of firms) if (isNameOf(own, words(firm.displayName), lexicon)) return firm;
    }
    return undefined;
  }
}

// "Weber Electrcal" and "Weber Electrical Group", "LaurenCatering", "HPI" and "Hunt Printing Inc". A name without a word of
// a trade says nothing: "Kevin Brown" may own "Kevin Brown Ltd".
function isNameOf(own: readonly string[], firm: readonly string[], lexicon: LexiconIndex): boolean {
  const [first = ""] = own;
  if (own.length === 1 && first.length >= 3 && first.length <= firm.length)
    if (firm.slice(0, first.length).every((word, at) => word[0] === first[at])) return true;
  const joined = own.join("");
  if (joined.length < 6) return false;
  let core = "";
  let isTrade = false;
  for (const [at, word] of firm.entries()) {
    core += word;
    isTrade ||= lexicon.organisationWords.has(word) || (at > 0 && at < firm.length - 1 && word === "and");
    const isWhole = firm.slice(at + 1).every((rest) => rest === "and" || isAppended(rest, lexicon));
    if (isTrade && isWhole && isSimilarWord(joined, core)) return true;
  }
  return false;
}

function isAppended(word: string, { legalWords }: LexiconIndex): boolean {
  return legalWords.has(word) || APPENDED.has(word);
}

const APPENDED: ReadonlySet<string> = new Set([
  "group",
  "sons",
  "associates",
  "company",
  "bros",
  "brothers",
  "partners",
]);
