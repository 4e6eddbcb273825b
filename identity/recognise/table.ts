import type { CountryPack, TableMapping } from "#core";
import { fold } from "../text.ts";
import { fieldsFor } from "./assign.ts";
import type { AssignedColumn } from "./assign.ts";
import { profileColumn } from "./content.ts";
import { decideEntity } from "./entity.ts";
import { scoreColumns } from "./scores.ts";
import type { ScoredColumn } from "./scores.ts";

/** A table as a connector found it: headers in order, and up to 200 rows of text. */
export interface TableSample {
  readonly title: string;
  readonly columns: readonly string[];
  readonly sample: readonly (readonly string[])[];
  readonly pack: CountryPack;
}

/** A guess of what a table holds, for printing and correction. */
export interface RecognisedTable {
  readonly mapping: TableMapping;
  /** 0 to 1. */
  readonly confidence: number;
  /** What was hard to tell, in words. */
  readonly notes: readonly string[];
}

/** Guesses what a table holds and what each column means, by header words and by what the cells look like. */
export function recogniseTable(table: TableSample): RecognisedTable {
  const columns = scoreColumns(
    table.columns.map((header, at) => ({
      header,
      profile: profileColumn(
        table.sample.map((row) => row[at] ?? ""),
        table.pack,
      ),
    })),
  );
  const { entity, confidence } = decideEntity(columns, table.title);
  const notes: string[] = [];
  if (entity === "ignore") {
    return {
      mapping: { entity, load: "snapshot", columns: {} },
      confidence,
      notes: ["nothing in it looks like customers, sales, contacts or campaigns"],
    };
  }
  const assigned = fieldsFor(entity, columns);
  const id = idColumn(entity, columns, assigned, notes);
  const dateOrder = orderOfDates(columns, assigned, table.pack, notes);
  const defaults = defaultsFor(entity, table.title, assigned, columns);
  const unmapped = columns
    .filter((column) => !assigned.some((one) => one.header === column.header))
    .map((one) => one.header);
  if (unmapped.length > 0) notes.push(`not used: ${unmapped.filter((header) => header !== "").join(", ")}`);
  const mapping: TableMapping = {
    entity,
    load:
      entity === "customer" || entity === "campaign" || entity === "item" || entity === "social_profile"
        ? "snapshot"
        : "append",
    columns: Object.fromEntries(assigned.map(({ header, field }) => [header, field])),
    ...(Object.keys(defaults).length === 0 ? {} : { defaults }),
    ...(id === null ? {} : { id }),
    dateOrder,
  };
  return { mapping, confidence, notes };
}

function idColumn(
  entity: TableMapping["entity"],
  columns: readonly ScoredColumn[],
  assigned: readonly AssignedColumn[],
  notes: string[],
): string | null {
  const own =
    entity === "customer" ? ["customerId", "id", "number"] : entity === "item" ? ["sku", "id"] : ["number", "id"];
  // Real exports repeat a row now and then, and a shifted row has its number elsewhere: nearly unique is an id too.
  const isUnique = (column: ScoredColumn): boolean =>
    column.profile.filled > 0 && column.profile.unique >= 0.97 && column.profile.filled >= column.profile.rows * 0.95;
  for (const concept of own) {
    const found = columns
      .filter((column) => (column.scores.get(concept) ?? 0) >= 0.5 && isUnique(column) && column.profile.date < 0.5)
      .sort((a, b) => (b.scores.get(concept) ?? 0) - (a.scores.get(concept) ?? 0))[0];
    if (found !== undefined) return found.header;
  }
  if (entity !== "customer" && entity !== "campaign" && entity !== "social_profile") return null;
  const natural = entity === "customer" ? ["taxId", "emails", "phones", "handle"] : ["name", "username"];
  for (const field of natural) {
    const column = columns.find((one) => assigned.some((at) => at.header === one.header && at.field === field));
    if (column === undefined || column.profile.filled < column.profile.rows * 0.9) continue;
    if (column.profile.distinct < column.profile.filled * 0.98) continue;
    notes.push(`no id column; ${column.header} tells the rows apart`);
    return column.header;
  }
  notes.push("no id column; a row that changes counts as a new one");
  return null;
}

function orderOfDates(
  columns: readonly ScoredColumn[],
  assigned: readonly AssignedColumn[],
  pack: CountryPack,
  notes: string[],
): "dmy" | "mdy" | null {
  const dates = columns.filter(
    (column) => column.profile.date > 0.5 && assigned.some((one) => one.header === column.header),
  );
  const day = dates.reduce((sum, column) => sum + column.profile.dayFirst, 0);
  const month = dates.reduce((sum, column) => sum + column.profile.monthFirst, 0);
  if (dates.every((column) => column.profile.slashDates === 0)) return null;
  if (day > 0 && month > 0)
    notes.push("some dates are day-first and some month-first; the more frequent order was taken");
  if (day !== month) return day > month ? "dmy" : "mdy";
  notes.push("no date above the 12th tells day from month; the country's custom was taken");
  return pack.dateOrder === "mdy" ? "mdy" : "dmy";
}

const KINDS_BY_WORD: readonly (readonly [RegExp, string])[] = [
  [/credit (?:memo|note)s?|creditmemo/, "credit_memo"],
  [/refund|return/, "refund"],
  [/estimate|quote|quotation|proforma/, "estimate"],
  [/donation|gift|pledge|contribution|donor/, "gift"],
  [/payment|receipt|deposit|collection/, "payment"],
  [/invoice|factura|billing/, "invoice"],
];
const CONTACTS_BY_WORD: readonly (readonly [RegExp, string])[] = [
  [/visit/, "visit"],
  [/call|telephone/, "call"],
  [/e-?mail|mailing/, "email"],
  [/meeting|appointment/, "meeting"],
  [/campaign|response/, "campaign_response"],
];

function defaultsFor(
  entity: TableMapping["entity"],
  title: string,
  assigned: readonly AssignedColumn[],
  columns: readonly ScoredColumn[],
): Record<string, string> {
  const has = (field: string): boolean => assigned.some((one) => one.field === field);
  const text = `${fold(title)} ${columns.map((column) => fold(column.header)).join(" ")}`;
  const pick = (list: readonly (readonly [RegExp, string])[], other: string): string => {
    const byTitle = list.find(([word]) => word.test(fold(title)))?.[1];
    return byTitle ?? list.find(([word]) => word.test(text))?.[1] ?? other;
  };
  if (entity === "transaction" && !has("transactionKind")) {
    // A sales book with an invoice number is still a book of sales; only the title says "payments".
    const byTitle = KINDS_BY_WORD.find(([word]) => word.test(fold(title)))?.[1];
    const gift = columns.some((column) => /donation|gift|donor/.test(fold(column.header)));
    return { transactionKind: byTitle ?? (gift ? "gift" : "sale") };
  }
  if (entity === "interaction" && !has("interactionKind")) return { interactionKind: pick(CONTACTS_BY_WORD, "visit") };
  const social = /instagram|facebook|tiktok|twitter|linkedin/.exec(text)?.[0];
  if (entity === "social_profile" && !has("platform")) return { platform: social ?? "instagram" };
  return {};
}
