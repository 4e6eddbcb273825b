import type { CountryPack, EntityType } from "#core";
import { isPlaceholder, lexiconIndex } from "../lexicon.ts";
import { nameCase, tidy, words } from "../text.ts";
import { decideEntityType } from "./entity-type.ts";
import { parseName, parseOrganisation } from "./names.ts";

/** A cell with one name, read as what it names. */
export interface NameCell {
  readonly entityType: EntityType;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly orgName: string | null;
  /** As the pack calls it: "limited", "company limited". */
  readonly legalForm: string | null;
  readonly tradingAs: string | null;
  /** `placeholder`, `type_uncertain`, `title: dr`, `suffix: jr`, `middle: …`. */
  readonly notes: readonly string[];
}

/** Reads a cell with the name of a person or firm. A name that could be either gives both readings and a note. */
export function readNameCell(text: string, options: { readonly pack: CountryPack }): NameCell {
  const { pack } = options;
  const plain = tidy(text);
  const nothing = { givenName: null, familyName: null, orgName: null, legalForm: null, tradingAs: null };
  if (plain === "") return { entityType: "unknown", ...nothing, notes: [] };
  if (isPlaceholder(plain, lexiconIndex(pack)))
    return { entityType: "not_a_customer", ...nothing, notes: ["placeholder"] };
  const { entityType } = decideEntityType(
    {
      name: plain,
      givenName: null,
      familyName: null,
      orgName: null,
      birthDate: null,
      hasWebsite: false,
      emails: [],
      reachable: false,
    },
    pack,
  );
  const firm = parseOrganisation(plain, { pack });
  const notes: string[] = [];
  if (entityType === "unknown") notes.push("type_uncertain");
  // A sole trader: "Marcia Brown t/a Island Grill" is a person with a shop's name.
  const person = entityType !== "organisation" || (firm.tradingAs !== null && isPerson(firm.name, pack));
  const asPerson = person ? personOf(firm.tradingAs === null ? plain : firm.name, pack, notes) : null;
  return {
    entityType: asPerson !== null && firm.tradingAs !== null && entityType === "organisation" ? "person" : entityType,
    givenName: asPerson?.given ?? null,
    familyName: asPerson?.family ?? null,
    orgName: entityType === "organisation" && asPerson === null ? firm.name : null,
    legalForm: asPerson === null ? legalForm(firm.name, pack) : null,
    tradingAs: firm.tradingAs,
    notes,
  };
}

function isPerson(name: string, pack: CountryPack): boolean {
  const clues = { name, givenName: null, familyName: null, orgName: null, birthDate: null };
  return decideEntityType({ ...clues, hasWebsite: false, emails: [], reachable: false }, pack).entityType === "person";
}

function personOf(text: string, pack: CountryPack, notes: string[]): { given: string | null; family: string | null } {
  const { titles, given, middle, family, suffix } = parseName(text, { pack });
  if (titles.length > 0) notes.push(`title: ${titles.join(" ")}`);
  if (middle !== null) notes.push(`middle: ${middle}`);
  if (suffix !== null) notes.push(`suffix: ${suffix}`);
  return { given: given === null ? null : nameCase(given), family: family === null ? null : nameCase(family) };
}

/** The legal forms at the end of a firm's name, in the pack's words; null where it bears none. */
function legalForm(name: string, pack: CountryPack): string | null {
  // A place in brackets or behind a dash hides no form: "Bookshop Ltd (Mandeville)", "Bookshop Ltd - Mandeville Branch".
  const list = words(name.replace(/\s*\([^)]*\)\s*$/, "").replace(/(?<=\S)\s+[-\u2013]\s+.*$/, ""));
  const found: string[] = [];
  for (let end = list.length; end > 1;) {
    const hit = longestForm(list, end, pack);
    if (hit === null) break;
    found.unshift(hit.form);
    end -= hit.size;
  }
  return found.length === 0 ? null : found.join(" ");
}

function longestForm(
  list: readonly string[],
  end: number,
  pack: CountryPack,
): { readonly form: string; readonly size: number } | null {
  let best: { form: string; size: number } | null = null;
  for (const { form, aliases } of pack.legalForms) {
    for (const text of [form, ...aliases]) {
      const parts = words(text);
      const from = end - parts.length;
      if (from < 1 || parts.length <= (best?.size ?? 0)) continue;
      if (parts.length > 0 && parts.every((part, at) => list[from + at] === part)) best = { form, size: parts.length };
    }
  }
  return best;
}
