import type { ColumnProfile } from "./content.ts";
import { headerConcepts } from "./vocabulary.ts";
import type { Concept } from "./vocabulary.ts";

/** A column with how strongly it means what, 0 to about 1.3. */
export interface ScoredColumn {
  readonly header: string;
  readonly profile: ColumnProfile;
  readonly scores: ReadonlyMap<Concept, number>;
}

// What the cells must look like for a meaning to be believed: the share of fitting cells. Blank columns keep the header's word.
const FITS: Readonly<Record<Concept, (profile: ColumnProfile) => number>> = {
  emails: (p) => p.email,
  customerEmail: (p) => p.email,
  phones: (p) => p.phone,
  customerPhone: (p) => p.phone,
  date: (p) => p.date,
  dueDate: (p) => p.date,
  since: (p) => p.date,
  birthDate: (p) => p.date,
  startDate: (p) => p.date,
  endDate: (p) => p.date,
  amount: (p) => (p.date > 0.5 || p.phone > 0.7 ? 0 : p.money),
  balance: (p) => (p.date > 0.5 ? 0 : p.money),
  spend: (p) => (p.date > 0.5 ? 0 : p.money),
  budget: (p) => (p.date > 0.5 ? 0 : p.money),
  unitPrice: (p) => (p.date > 0.5 ? 0 : p.money),
  quantity: (p) => p.number,
  impressions: (p) => p.money,
  clicks: (p) => p.money,
  conversions: (p) => p.money,
  followers: (p) => p.money,
  following: (p) => p.money,
  posts: (p) => p.money,
  latitude: (p) => p.number,
  longitude: (p) => p.number,
  exchangeRate: (p) => p.number,
  website: (p) => p.url,
  name: (p) => 1 - Math.max(p.email, p.phone, p.date, p.number),
  contactPerson: (p) => 1 - Math.max(p.email, p.phone, p.date, p.number, p.money),
  givenName: (p) => 1 - Math.max(p.email, p.phone, p.date, p.money),
  familyName: (p) => 1 - Math.max(p.email, p.phone, p.date, p.money),
  orgName: (p) => 1 - Math.max(p.email, p.phone, p.date, p.number, p.yesNo),
  locality: (p) => 1 - Math.max(p.email, p.phone, p.date, p.number),
  region: (p) => 1 - Math.max(p.email, p.phone, p.date, p.number),
  street: (p) => 1 - Math.max(p.email, p.phone, p.date),
  address: (p) => 1 - Math.max(p.email, p.phone, p.date),
  country: (p) => 1 - Math.max(p.email, p.phone, p.date, p.number),
  doNotContact: (p) => p.yesNo,
  optIn: (p) => p.yesNo,
  inactive: (p) => p.yesNo,
  itemName: (p) => 1 - Math.max(p.date, p.email, p.phone),
  category: (p) => (p.unique > 0.9 && p.filled > 20 ? 0.3 : 1 - Math.max(p.email, p.phone, p.date)),
};

/** Scores of every column: the header's word, held against the cells, and the cells alone where the header says nothing. */
export function scoreColumns(
  columns: readonly { readonly header: string; readonly profile: ColumnProfile }[],
): readonly ScoredColumn[] {
  return columns.map(({ header, profile }) => {
    const scores = new Map<Concept, number>();
    for (const [concept, strength] of headerConcepts(header)) {
      const fit = profile.filled === 0 ? 0.6 : (FITS[concept]?.(profile) ?? 1);
      const score =
        fit < 0.25 ? 0 : strength * (0.5 + 0.5 * fit) + (FITS[concept] !== undefined && fit > 0.8 ? 0.1 : 0);
      if (score > 0.2) scores.set(concept, score);
    }
    addByContent(scores, profile);
    return { header, profile, scores };
  });
}

function addByContent(scores: Map<Concept, number>, profile: ColumnProfile): void {
  if (profile.filled < 1) return;
  const add = (concept: Concept, score: number): void => {
    if (score > (scores.get(concept) ?? 0)) scores.set(concept, score);
  };
  if (profile.email > 0.6) add("emails", 0.75 + 0.2 * profile.email);
  const open = Math.max(0, ...scores.values()) < 0.5;
  if (!open) return;
  if (profile.phone > 0.7) add("phones", 0.7);
  if (profile.url > 0.7) add("website", 0.6);
  if (profile.date > 0.8) add("date", 0.55);
  if (profile.region > 0.7) add("region", 0.6);
  else if (profile.place > 0.6) add("locality", 0.6);
  if (profile.street > 0.5) add("address", 0.6);
  if (profile.name > 0.7 && profile.longText < 0.2 && profile.distinct > profile.filled * 0.5) add("name", 0.52);
  if (profile.firm > 0.6 && profile.distinct > profile.filled * 0.5) add("name", 0.52);
  if (profile.money > 0.9 && profile.code < 0.5 && profile.phone < 0.3) add("amount", 0.45);
}
