import type { FieldKind } from "./field-kinds.ts";

/** What people write over the columns of works and goods. */
const KINDS: readonly (readonly [RegExp, FieldKind])[] = [
  [
    /^(?:(?:book|song|track|movie|film|paper|article|product|item|game|beer|wine|recipe)[ _-]?)?(?:title|name)$/,
    "title",
  ],
  [/^(?:model|model[ _-]?(?:no|num|number|name)|part[ _-]?(?:no|number))$/, "title"],
  [
    /^(?:authors?|writers?|creators?|editors?|directors?|actors?|artists?|artist[ _-]?names?|performers?)(?:[ _-]?\d)?$/,
    "name_list",
  ],
  [
    /^(?:venue|journal|book[ _-]?title|conference|proceedings|genres?|category|categories|type|style|platform|department)$/,
    "category",
  ],
  [/^(?:year|date|released?|release[ _-]?(?:date|year)|published|pub(?:lication)?[ _-]?(?:date|year))$/, "date"],
  [/^(?:price|list[ _-]?price|cost|amount|abv|ibu|pages|weight)$/, "amount"],
  [
    /^(?:manufacturer|brand|maker|publisher|label|producer|vendor|brewery|brew[ _-]?factory[ _-]?name|winery)$/,
    "org_name",
  ],
  [/^(?:isbn(?:[ _-]?1[03])?|upc|ean|gtin|doi|asin|issn)$/, "tax_id"],
  [/^(?:description|abstract|features|summary|details|notes?|comments?|album|album[ _-]?name)$/, "text"],
];

/** Columns that only works and goods have. */
const TELLING =
  /^(?:authors?|artists?|artist[ _-]?names?|directors?|actors?|album|album[ _-]?name|venue|journal|book[ _-]?title|conference|proceedings|isbn.*|upc|ean|gtin|doi|asin|issn|price|list[ _-]?price|manufacturer|brand|publisher|abv|ibu|brewery|brew[ _-]?factory[ _-]?name|model[ _-]?(?:no|number))$/;

/** What customers can be reached or known by: a list with such a column is none of works or goods. */
const REACHES: ReadonlySet<FieldKind> = new Set<FieldKind>([
  "given_name",
  "family_name",
  "birth_date",
  "birth_year",
  "gender",
  "email",
  "phone",
  "address",
  "street",
  "postcode",
  "locality",
  "person_id",
  "entity_type",
  "parent_ref",
]);

/**
 * Field kinds of a list of works or goods (papers, books, songs, products), or null where the list is none: nothing in it
 * reaches a customer, and a column stands in it that only such things have.
 */
export function itemFields(
  columns: readonly string[],
  guessed: Readonly<Record<string, FieldKind>>,
): Record<string, FieldKind> | null {
  const plain = (name: string): string => name.trim().toLowerCase();
  if (Object.values(guessed).some((kind) => REACHES.has(kind))) return null;
  if (!columns.some((name) => TELLING.test(plain(name)))) return null;
  const fields: Record<string, FieldKind> = {};
  for (const name of columns) {
    const kind = KINDS.find(([pattern]) => pattern.test(plain(name)))?.[1];
    if (kind !== undefined) fields[name] = kind;
  }
  return Object.values(fields).includes("title") ? fields : null;
}
