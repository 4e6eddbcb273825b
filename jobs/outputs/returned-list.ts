import { C360Error } from "#core";
import type { LeadOutcome } from "#warehouse";
import type { TableCell, TableFile } from "../table-files.ts";

/** What a list that came back tells. */
export interface ReturnedList {
  readonly outcomes: readonly LeadOutcome[];
  /** Rows of customers without an outcome. */
  readonly empty: number;
}

/** Names under which people hand back a column, ours first. */
const NAMES = {
  id: ["customer_id", "id", "customer_no", "customer_number"],
  outcome: ["outcome", "result", "what_came_of_it", "response", "status"],
  notes: ["notes", "note", "comments", "comment", "remarks"],
} as const;

/**
 * Reads outcomes out of a list that came back, whatever order its rows and columns have by now. Rows without a customer
 * (totals, blank lines) are passed over. Throws USAGE where the customer id or the outcome has no column.
 */
export function readReturnedList(table: TableFile): ReturnedList {
  const names = table.names.map((name) =>
    name
      .trim()
      .toLowerCase()
      .replace(/[^a-z]+/g, "_"),
  );
  const column = (wanted: readonly string[]): readonly TableCell[] | undefined => {
    const found = wanted.find((name) => names.includes(name));
    return found === undefined ? undefined : table.columns[names.indexOf(found)];
  };
  const [ids, outcomes, notes] = [column(NAMES.id), column(NAMES.outcome), column(NAMES.notes)];
  if (ids === undefined || outcomes === undefined) {
    const missing = ids === undefined ? "customer id" : "outcome";
    throw new C360Error("USAGE", {
      problem: `${table.file} has no column ${missing}: send back the list with its columns.`,
      command: "leads import",
    });
  }
  const text = (cell: TableCell | undefined): string => String(cell ?? "").trim();
  const rows = ids.map((id, i) => ({
    customerId: text(id),
    outcome: text(outcomes[i]),
    notes: text(notes?.[i]) || null,
  }));
  const known = rows.filter(({ customerId }) => customerId !== "");
  const told = known.filter(({ outcome }) => outcome !== "");
  return { outcomes: told, empty: known.length - told.length };
}
