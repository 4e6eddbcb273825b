import type { TableMapping } from "#core";
import { fold } from "../text.ts";
import type { ScoredColumn } from "./scores.ts";
import type { Concept } from "./vocabulary.ts";

/** What a table holds, with a confidence of 0 to 1. */
export interface EntityGuess {
  readonly entity: TableMapping["entity"];
  readonly confidence: number;
}

const TITLES: readonly (readonly [TableMapping["entity"], RegExp])[] = [
  [
    "transaction",
    /\b(?:sales?|invoices?|payments?|receipts?|transactions?|orders?|ledger|purchases|donations?|gifts?|ventas|facturas?|refunds?|credit (?:memo|note)s?|pos|billing)\b/,
  ],
  [
    "interaction",
    /\b(?:visits?|calls?|emails?|e-mails?|interactions?|activit(?:y|ies)|contact log|call log|meetings?|appointments?|follow[- ]?ups?|log|visitas|responses?)\b/,
  ],
  ["campaign", /\b(?:campaigns?|ads?|adverts?|advertising|marketing|newsletters?)\b/],
  [
    "customer",
    /\b(?:customers?|clients?|contacts?|members?|donors?|accounts|mailing list|address book|clientes?|patients?|students?|prospects|leads|subscribers?|directory|people|supporters)\b/,
  ],
  ["item", /\b(?:items?|products?|price ?list|inventory|stock|catalogue|catalog)\b/],
];

/** Decides between customers, money documents, contacts, campaigns, items and profiles by the columns that are there. */
export function decideEntity(columns: readonly ScoredColumn[], title: string): EntityGuess {
  const has = (concept: Concept, least = 0.5): number => {
    const best = Math.max(0, ...columns.map((column) => topScore(column, concept)));
    return best >= least ? 1 : 0;
  };
  const scores = new Map<TableMapping["entity"], number>([
    ["customer", customerScore(columns, has)],
    ["transaction", transactionScore(columns, has)],
    ["interaction", interactionScore(has)],
    [
      "campaign",
      has("impressions") +
        has("clicks") +
        1.2 * has("campaignName") +
        has("budget") +
        has("spend") +
        0.6 * has("conversions") -
        0.8,
    ],
    [
      "item",
      1.5 * has("sku") +
        1.2 * has("unitPrice") +
        0.8 * has("itemName") -
        1.6 * has("date") -
        1.5 * Math.max(has("emails"), has("phones")) -
        has("customerId") -
        0.6,
    ],
    ["social_profile", 1.5 * has("followers") + has("handle") + 0.5 * has("following") + 0.5 * has("posts") - 1.2],
  ]);
  const plain = fold(title).replace(/[_\d]+/g, " ");
  for (const [entity, word] of TITLES) {
    const before = scores.get(entity) ?? 0;
    // A title alone does not make a table: something in it must fit.
    if (word.test(plain) && before > 0.3) scores.set(entity, before + 1.2);
  }
  const ranked = [...scores].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const [best, second] = ranked;
  if (best === undefined || best[1] < 0.9) return { entity: "ignore", confidence: 0.6 };
  const margin = best[1] - Math.max(0, second?.[1] ?? 0);
  return { entity: best[0], confidence: Math.min(0.99, Math.max(0.3, 0.5 + 0.2 * margin + 0.05 * best[1])) };
}

// A concept counts for the column where it is not far behind the column's best.
function topScore(column: ScoredColumn, concept: Concept): number {
  const score = column.scores.get(concept) ?? 0;
  const best = Math.max(0, ...column.scores.values());
  return score >= best - 0.25 ? score : 0;
}

type Has = (concept: Concept, least?: number) => number;

function nameUniqueness(columns: readonly ScoredColumn[]): number {
  const names = columns.filter((column) =>
    ["name", "orgName", "familyName", "emails", "customerId"].some((concept) => topScore(column, concept) >= 0.5),
  );
  const filled = names.filter((column) => column.profile.filled > 4);
  if (filled.length === 0) return 0.8;
  return Math.max(...filled.map((column) => column.profile.distinct / column.profile.filled));
}

function customerScore(columns: readonly ScoredColumn[], has: Has): number {
  const named = Math.max(has("name"), has("givenName"), has("familyName"), has("orgName"), 0.8 * has("contactPerson"));
  const reach =
    has("emails") +
    has("phones") +
    0.8 * Math.max(has("address"), has("street")) +
    0.5 * has("locality") +
    0.4 * has("region");
  const detail =
    0.5 *
    (has("birthDate") +
      has("taxId") +
      has("since") +
      has("website") +
      has("givenName") +
      has("familyName") +
      has("doNotContact") +
      has("title"));
  const document =
    1.2 * has("amount", 0.7) * has("date", 0.7) +
    1.2 * has("number", 0.7) +
    0.5 * has("quantity") +
    0.6 * has("dueDate");
  const contact = 0.8 * has("outcome") + 0.6 * has("agent") + 0.6 * has("interactionKind", 0.7) + 0.6 * has("subject");
  const unique = nameUniqueness(columns);
  if (named === 0 && reach < 1) return 0;
  // A lone column that only looks like names is no list of customers.
  const saidSo = ["name", "orgName", "familyName", "contactPerson"].some((concept) => has(concept, 0.7) > 0);
  if (reach === 0 && detail === 0 && !saidSo) return 0;
  // Customers stand once in a list of customers; in sales and visits they come again and again.
  return named + reach + detail - document * (unique < 0.9 ? 1.3 : 0.8) - contact - (unique < 0.7 ? 1.5 : 0);
}

function transactionScore(columns: readonly ScoredColumn[], has: Has): number {
  const money = Math.max(has("amount"), 0.8 * has("unitPrice") * has("quantity"));
  if (money === 0) return 0;
  const when = Math.max(has("date"), 0.5 * has("since"));
  const who = Math.max(has("name"), has("customerId"), has("orgName"), has("customerEmail"), 0.6 * has("emails"));
  const unique = nameUniqueness(columns);
  return (
    money +
    1.2 * when +
    0.7 * who +
    has("number", 0.7) +
    0.6 * (has("quantity") + has("paymentMethod") + has("dueDate") + has("currency")) +
    0.4 * (has("itemName") + has("description") + has("balance")) +
    (unique < 0.7 ? 0.8 : 0) -
    (when === 0 ? 1.5 : 0) -
    0.8 * has("impressions")
  );
}

function interactionScore(has: Has): number {
  const when = has("date");
  if (when === 0) return 0;
  const what =
    has("interactionKind") +
    has("outcome") +
    has("subject") +
    0.8 * has("channel") +
    0.8 * has("agent") +
    0.8 * has("direction") +
    0.3 * has("notes");
  const who = Math.max(has("name"), has("customerId"), has("orgName"), has("emails"), has("phones"));
  return what === 0 ? 0.5 * who : when + what + 0.6 * who - 1.4 * has("amount", 0.7) - has("number", 0.9);
}
