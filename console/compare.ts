import type { StagedCustomerRow } from "#core";
import { keyInWords, phoneInWords } from "./words.ts";
import type { Words } from "./words.ts";

/** One row of stage.customers, as the review page shows it. */
export interface StagedCustomer extends StagedCustomerRow {
  readonly observed_at: string;
}

/** How two fields stand to each other. */
export type Mark = "same" | "shares some" | "differs" | "only here";

/** One line of the comparison. */
export interface ComparedField {
  readonly label: string;
  readonly mark: Mark;
  readonly left: readonly ComparedValue[];
  readonly right: readonly ComparedValue[];
}

/** One value; `shared` says that the other side has it too. */
export interface ComparedValue {
  readonly text: string;
  readonly shared: boolean;
}

type Reader = (record: StagedCustomer, words: Words) => readonly (string | null)[];

/** Every field of a staged record, in the order in which a person reads them. */
const FIELDS: readonly (readonly [string, Reader])[] = [
  ["Name", (r) => [r.display_name]],
  ["Kind", (r) => [KINDS[r.entity_type] ?? r.entity_type]],
  ["First name", (r) => [r.given_name]],
  ["Middle name", (r) => [r.middle_name]],
  ["Family name", (r) => [r.family_name]],
  ["Company", (r) => [r.org_name]],
  ["Trading as", (r) => [r.trading_as]],
  ["Phone", (r) => r.phones.map(phoneInWords)],
  ["E-mail", (r) => r.emails],
  ["Street", (r) => [r.street]],
  ["Unit", (r) => [r.unit]],
  ["Town", (r) => [r.locality]],
  ["Region", (r) => [r.region]],
  ["Region code", (r) => [r.region_code]],
  ["Postcode", (r) => [r.postcode]],
  ["Country", (r) => [r.country]],
  ["Web site", (r) => [r.website]],
  ["Social handles", (r) => r.handles],
  ["Tax number", (r) => [r.tax_id]],
  ["Date of birth", (r, words) => [words.date(r.birth_date)]],
  ["Occupation", (r) => [r.occupation]],
  ["Line of business", (r) => [r.category]],
  ["Account number", (r) => [r.account_number]],
  ["Customer since", (r, words) => [words.date(r.since)]],
  ["Notes", (r) => [r.notes]],
  ["Belongs to record", (r) => [r.parent_key === null ? null : keyInWords(r.parent_key)]],
  ["Part of another account", (r) => [r.is_job ? "yes" : null]],
  ["Active", (r) => [r.active ? "yes" : "no"]],
  ["Do not contact", (r) => [r.do_not_contact ? "yes" : "no"]],
  ["Position", (r) => [r.latitude === null || r.longitude === null ? null : `${r.latitude}, ${r.longitude}`]],
];

const KINDS: Readonly<Record<string, string>> = {
  person: "person",
  organisation: "firm",
  unknown: "not known",
  not_a_customer: "not a customer",
};

/** Compares two records field by field; a field that is empty on both sides is left out. */
export function compareRecords(left: StagedCustomer, right: StagedCustomer, words: Words): readonly ComparedField[] {
  return FIELDS.flatMap(([label, read]) => {
    const here = present(read(left, words));
    const there = present(read(right, words));
    if (here.length === 0 && there.length === 0) return [];
    const hereFolded = new Set(here.map(fold));
    const thereFolded = new Set(there.map(fold));
    const mark = markOf(hereFolded, thereFolded);
    return [
      {
        label,
        mark,
        left: here.map((text) => ({ text, shared: thereFolded.has(fold(text)) })),
        right: there.map((text) => ({ text, shared: hereFolded.has(fold(text)) })),
      },
    ];
  });
}

function present(values: readonly (string | null)[]): readonly string[] {
  return values.filter((value): value is string => value !== null && value.trim() !== "");
}

/** Case and spacing are not differences worth a person's time. */
function fold(text: string): string {
  return text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();
}

function markOf(left: ReadonlySet<string>, right: ReadonlySet<string>): Mark {
  if (left.size === 0 || right.size === 0) return "only here";
  const shared = [...left].filter((value) => right.has(value)).length;
  if (shared === 0) return "differs";
  return shared === left.size && shared === right.size ? "same" : "shares some";
}
