import type { EntityType } from "#core";
import type { ExtraKind, ExtraValue } from "../link-types.ts";
import { blankFields } from "../standardise/fields.ts";
import type { CellFields } from "../standardise/fields.ts";
import { digits, tidy } from "../text.ts";
import type { FieldKind } from "./field-kinds.ts";
import type { FieldMap } from "./field-map.ts";

/** A table in columns of text, as the map's columns name them. */
export interface RecordTable {
  /** Source of its rows where the map names no source column. */
  readonly source: string;
  readonly names: readonly string[];
  readonly columns: readonly (readonly (string | null)[])[];
  readonly rows: number;
}

/** A column of a table by what it holds. */
export interface Column {
  readonly name: string;
  readonly kind: FieldKind;
  readonly cells: readonly (string | null)[];
  /** Where its values go, for the kinds that have a field of their own. */
  readonly place: Place | null;
}

const EXTRA_KINDS: ReadonlySet<string> = new Set<ExtraKind>([
  "name_list",
  "birth_year",
  "birth_month",
  "birth_day",
  "gender",
  "birth_place",
  "person_id",
  "title",
  "text",
  "amount",
  "date",
]);

/** What one row says. */
export interface RowCells {
  readonly fields: CellFields;
  readonly extra: readonly ExtraValue[];
  readonly type: EntityType | null;
  readonly parent: string | null;
  /** Names by kind, to know what the row says of its type. */
  readonly hasPersonName: boolean;
  readonly hasOrgName: boolean;
  readonly birthColumn: string | null;
  readonly phones: readonly string[];
}

/** The columns that a map names. */
export function columnsOf(table: RecordTable, map: FieldMap): Column[] {
  return table.names.flatMap((name, at) => {
    const kind = map.fields[name];
    return kind === undefined || kind === "ignore"
      ? []
      : [{ name, kind, cells: table.columns[at] ?? [], place: PLACES[kind] ?? null }];
  });
}

/** One pass over the row's cells: single-valued kinds take the first filled column, lists take all of them. */
export function readRow(columns: readonly Column[], row: number): RowCells {
  const draft = blankFields();
  const extra: ExtraValue[] = [];
  const emails: string[] = [];
  const phones: string[] = [];
  const handles: { platform: string; handle: string }[] = [];
  const state: RowState = { type: null, parent: null, houseNumber: "", person: false, org: false, birthColumn: null };
  for (const { name, kind, cells, place } of columns) {
    const value = cells[row];
    if (value === null || value === undefined || value.trim() === "") continue;
    if (kind === "email") emails.push(value);
    else if (kind === "phone") phones.push(value);
    else if (kind === "handle") handles.push({ platform: platformOf(name), handle: value });
    else if (place === null) readCell(draft, extra, state, { name, kind, value });
    else placeCell(draft, extra, state, { name, kind, value }, place);
  }
  if (emails.length > 0) draft.emails = emails;
  if (handles.length > 0) draft.handles = handles;
  if (state.houseNumber !== "") draft.street = `${state.houseNumber} ${draft.street ?? ""}`.trim();
  composeBirthDate(draft, extra, state);
  return {
    fields: draft,
    extra,
    type: state.type,
    parent: state.parent,
    hasPersonName: state.person || draft.givenName !== undefined || draft.familyName !== undefined,
    hasOrgName: state.org,
    birthColumn: state.birthColumn,
    phones,
  };
}

interface RowState {
  type: EntityType | null;
  parent: string | null;
  houseNumber: string;
  person: boolean;
  org: boolean;
  birthColumn: string | null;
}

interface Cell {
  readonly name: string;
  readonly kind: FieldKind;
  readonly value: string;
}

type TextField =
  | "name"
  | "givenName"
  | "middleName"
  | "familyName"
  | "orgName"
  | "birthDate"
  | "street"
  | "unit"
  | "locality"
  | "region"
  | "postcode"
  | "country"
  | "latitude"
  | "longitude"
  | "occupation"
  | "taxId"
  | "category";

// Where a kind goes: the field of the record, and the kind under which a second column of it travels.
type Place = readonly [field: TextField, further: ExtraKind | null];
const PLACES: Readonly<Partial<Record<FieldKind, Place>>> = {
  any_name: ["name", "any_name"],
  person_name: ["name", "person_name"],
  given_name: ["givenName", null],
  middle_name: ["middleName", null],
  family_name: ["familyName", null],
  org_name: ["orgName", "org_name"],
  birth_date: ["birthDate", "date"],
  street: ["street", "street"],
  unit: ["unit", null],
  locality: ["locality", "text"],
  region: ["region", null],
  postcode: ["postcode", null],
  country: ["country", null],
  latitude: ["latitude", null],
  longitude: ["longitude", null],
  occupation: ["occupation", "text"],
  tax_id: ["taxId", "tax_id"],
  category: ["category", "category"],
};

function readCell(draft: CellFields, extra: ExtraValue[], state: RowState, { name, kind, value }: Cell): void {
  if (EXTRA_KINDS.has(kind)) extra.push({ kind: kind as ExtraKind, column: name, value });
  else if (kind === "address") draft.address = draft.address === undefined ? value : `${draft.address}, ${value}`;
  else if (kind === "url") draft.website ??= value;
  else if (kind === "house_number") state.houseNumber = value.trim();
  else if (kind === "entity_type") state.type ??= readType(value);
  else if (kind === "parent_ref") state.parent ??= tidy(value);
}

function placeCell(
  draft: CellFields,
  extra: ExtraValue[],
  state: RowState,
  { name, kind, value }: Cell,
  [field, further]: Place,
): void {
  if (kind === "person_name") state.person = true;
  else if (kind === "org_name") state.org = true;
  else if (kind === "birth_date") state.birthColumn ??= name;
  if (draft[field] === undefined) draft[field] = value;
  else if (kind === "given_name") draft.middleName ??= value;
  else if (kind === "family_name") draft.familyName = `${draft.familyName ?? ""} ${value}`;
  else if (further !== null && draft[field] !== value) extra.push({ kind: further, column: name, value });
}

function readType(value: string): EntityType | null {
  const plain = tidy(value).toLowerCase();
  if (/^(?:p|person|individual|human|people|natural person|consumer|private)\b/.test(plain)) return "person";
  if (/^(?:o|b|c|org|organi[sz]ation|company|business|firm|corporate|corporation|legal entity|entity)\b/.test(plain))
    return "organisation";
  return null;
}

function platformOf(header: string): string {
  return /instagram|facebook|tiktok|twitter|linkedin|youtube/.exec(header.toLowerCase())?.[0] ?? "social";
}

// Year, month and day in three cells are one date where all are there; otherwise each part speaks for itself.
function composeBirthDate(draft: CellFields, extra: ExtraValue[], state: RowState): void {
  if (draft.birthDate !== undefined || extra.length === 0) return;
  const [year, month, day] = [
    wholeNumber(extra, "birth_year"),
    wholeNumber(extra, "birth_month"),
    wholeNumber(extra, "birth_day"),
  ];
  if (year.length !== 4 || month === "" || day === "") return;
  const date = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  const time = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== date) return;
  draft.birthDate = date;
  state.birthColumn = null;
  const rest = extra.filter(({ kind }) => kind !== "birth_year" && kind !== "birth_month" && kind !== "birth_day");
  extra.splice(0, extra.length, ...rest);
}

function wholeNumber(extra: readonly ExtraValue[], kind: ExtraKind): string {
  return digits(extra.find((one) => one.kind === kind)?.value.split(".")[0] ?? "");
}
