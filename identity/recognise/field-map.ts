import { z } from "zod";
import type { CountryPack } from "#core";
import { FIELD_KINDS } from "./field-kinds.ts";
import type { FieldKind } from "./field-kinds.ts";
import { itemFields } from "./item-map.ts";
import { recogniseTable } from "./table.ts";
import { headerConcepts } from "./vocabulary.ts";

/** The document MAP.yaml, validated. */
export const fieldMapSchema = z
  .object({
    /** Column that names the record; without it rows are numbered. */
    id: z.string().min(1).optional(),
    source: z.string().min(1).optional(),
    one_record_per_entity: z.union([z.literal(true), z.literal(false), z.array(z.coerce.string())]).optional(),
    fields: z.record(z.string(), z.enum(FIELD_KINDS)),
  })
  .strict();

/** Which column holds what; columns that it does not name are ignored. */
export type FieldMap = z.infer<typeof fieldMapSchema>;

/** A guessed map, with what was hard to tell in words. */
export interface GuessedMap {
  readonly map: FieldMap;
  readonly notes: readonly string[];
}

const KIND_OF_FIELD: Readonly<Record<string, FieldKind>> = {
  name: "any_name",
  givenName: "given_name",
  middleName: "middle_name",
  familyName: "family_name",
  orgName: "org_name",
  emails: "email",
  phones: "phone",
  handles: "handle",
  website: "url",
  address: "address",
  street: "street",
  unit: "unit",
  locality: "locality",
  region: "region",
  postcode: "postcode",
  country: "country",
  taxId: "tax_id",
  birthDate: "birth_date",
  occupation: "occupation",
  category: "category",
  notes: "text",
  parentId: "parent_ref",
  latitude: "latitude",
  longitude: "longitude",
  title: "ignore",
};

// Headers that the recogniser of customers' tables has no field for, or reads another way than a list of records means it.
const BY_HEADER: readonly (readonly [RegExp, FieldKind])[] = [
  [/^(?:gender|sex|sexo|sexe|geschlecht|genero|geslacht|sesso)$/, "gender"],
  [/^(?:birth[ _-]?year|year[ _-]?of[ _-]?birth|yob|by)$/, "birth_year"],
  [/^(?:birth[ _-]?month|month[ _-]?of[ _-]?birth|bm)$/, "birth_month"],
  [/^(?:birth[ _-]?day|day[ _-]?of[ _-]?birth|bd)$/, "birth_day"],
  [/^(?:birth[ _-]?place|place[ _-]?of[ _-]?birth|birth[ _-]?city)$/, "birth_place"],
  // What stands beside a number or an address says of what kind it is or whence, not which.
  [
    /[ _-](?:(?:id|number|passport|licen[cs]e|phone|addr(?:ess)?|email|name)[ _-]?type|(?:id|passport|licen[cs]e)[ _-]?(?:country|state|issuer|date|expiry))$/,
    "ignore",
  ],
  [/^(?:phone|addr(?:ess)?|email|id|name)[ _-]?type$/, "ignore"],
  [/^(?:passport|.*licen[cs]e|.*[ _-]id)[ _-](?:country|state|type|issuer|issued?.*|expir.*|date)$/, "ignore"],
  [
    /^(?:.*[ _-])?(?:ssn(?:[ _-]?(?:no|num|number))?|soc[ _-]?sec[ _-]?id|social[ _-]?security.*|passport.*|driver'?s?[ _-]?licen[cs]e.*|national[ _-]?id.*|pasaporte|passeport|reisepass(?:nummer)?|dni|c[eé]dula|curp|aadhaar|nhs[ _-]?(?:no|number))$/,
    "person_id",
  ],
  [/^(?:.*[ _-])?(?:lei|vat|ein|tin|duns)[ _-]?(?:no|num|number|id|code)$/, "tax_id"],
  [/^(?:.*[ _-])?name[ _-]?(?:org|company|business)$/, "org_name"],
  [/^(?:.*[ _-])name[ _-]?full$/, "any_name"],
  [/^(?:.*[ _-])?addr(?:ess)?[ _-]?country$/, "country"],
  [/^(?:(?:house|street|building)[ _-]?(?:no|num|number|#)|hausnummer|hausnr\.?|huisnummer)$/, "house_number"],
  [/^(?:address[ _-]?[12]|addr(?:ess)?[ _-]?line[ _-]?[12]|addr)$/, "street"],
  [/^(?:entity|record|party)[ _-]?type$/, "entity_type"],
  [/^(?:parent[ _-]?(?:ref|id|name|customer)|sub[ _-]?customer[ _-]?of)$/, "parent_ref"],
  [/^(?:authors?|writers?|artists?|creators?)$/, "name_list"],
  [/^(?:price|list[ _-]?price|amount)$/, "amount"],
  [/^(?:description|abstract|notes?|comments?)$/, "text"],
  [/^(?:lat|latitude)$/, "latitude"],
  [/^(?:lon|lng|long|longitude)$/, "longitude"],
  [
    /^(?:(?:home|work|office|mobile|cell|main|primary)[ _-]?)?(?:phone|telephone|tel|mobile|cell)(?:[ _-]?(?:no|num|number|#|[1-3]))?\.?$/,
    "phone",
  ],
  [
    /^(?:telefon(?:nummer)?|handy|mobil(?:telefon|nummer)?|tel[eé]fono|telefone|telefoon(?:nummer)?|t[eé]l[eé]phone|celular|m[oó]vil|portable|cellulare|whatsapp|电话|手机)$/,
    "phone",
  ],
  [/^(?:dob|birth[ _-]?date|date[ _-]?of[ _-]?birth|birthday)$/, "birth_date"],
];

/** A sample of a list: headers, and some hundred rows of text. */
export interface MapSample {
  readonly title: string;
  readonly columns: readonly string[];
  readonly sample: readonly (readonly string[])[];
  readonly pack: CountryPack;
}

/** Guesses the field map of a list of persons or firms from headers and cells. */
export function guessFieldMap(table: MapSample): GuessedMap {
  const id = idColumn(table);
  const source = sourceColumn(table);
  const open = table.columns.filter((name) => name !== id && name !== source);
  const at = open.map((name) => table.columns.indexOf(name));
  const known = recogniseTable({
    title: `customers ${table.title}`,
    columns: open,
    sample: table.sample.map((row) => at.map((index) => row[index] ?? "")),
    pack: table.pack,
  });
  const fields: Record<string, FieldKind> = {};
  for (const name of open) {
    const plain = name.trim().toLowerCase();
    const byHeader = BY_HEADER.find(([pattern]) => pattern.test(plain))?.[1];
    const meaning = known.mapping.entity === "customer" ? known.mapping.columns[name] : plainMeaning(name);
    const kind = byHeader ?? (meaning === undefined ? undefined : KIND_OF_FIELD[meaning]);
    if (kind !== undefined && kind !== "ignore") fields[name] = kind;
  }
  familyBesideGiven(fields);
  const yearNotes = schoolYear(fields, open);
  ensureName(fields, open, table);
  const items = itemFields(open, fields);
  if (items !== null) {
    for (const name of open) delete fields[name];
    Object.assign(fields, items);
  }
  const unused = open.filter((name) => fields[name] === undefined);
  const notes =
    unused.length === 0
      ? yearNotes
      : [...yearNotes, `not used: ${unused.slice(0, 20).join(", ")}${unused.length > 20 ? ", …" : ""}`];
  return { map: { ...(id === null ? {} : { id }), ...(source === undefined ? {} : { source }), fields }, notes };
}

// What a header says by itself, where the table as a whole is none that the recogniser knows.
function plainMeaning(name: string): string | undefined {
  const sure = [...headerConcepts(name)].filter(([, strength]) => strength >= 0.95);
  return sure.length === 1 ? sure[0]?.[0] : undefined;
}

// "Prénom" and "Nom", "Vorname" and "Name": beside a given name the name is the family's.
function familyBesideGiven(fields: Record<string, FieldKind>): void {
  const kinds = Object.values(fields);
  const open = Object.keys(fields).filter((name) => fields[name] === "any_name");
  const [name = ""] = open;
  if (open.length === 1 && /^(?:nom|name|nome|naam)$/i.test(name.trim()))
    if (kinds.includes("given_name") && !kinds.includes("family_name")) fields[name] = "family_name";
}

const SCHOOL_YEAR = /^(?:class[ _-]?of|class[ _-]?year|grad(?:uation)?[ _-]?year|year[ _-]?of[ _-]?graduation)$/i;

// The year in which somebody left school goes with the person as the year of birth does; beside one it would contradict it.
function schoolYear(fields: Record<string, FieldKind>, columns: readonly string[]): readonly string[] {
  const hasBirth = Object.values(fields).some((kind) => kind === "birth_date" || kind === "birth_year");
  const name = hasBirth ? undefined : columns.find((one) => SCHOOL_YEAR.test(one.trim()));
  if (name === undefined) return [];
  fields[name] = "birth_year";
  return [`${name}: compared as a year of birth is, since it goes with the person as one does`];
}

// A column that is called so, or one of a few values that names a list.
function sourceColumn(table: MapSample): string | undefined {
  const plain = table.columns.find((name) => /^(?:source|data[ _-]?source|system|origin)$/i.test(name.trim()));
  if (plain !== undefined) return plain;
  const names =
    /^(?:src|source[ _-]?(?:system|name|file|list)|data[ _-]?(?:set|base)|list|liste|lista|register|quelle|fuente|provider|feed)$/i;
  return table.columns.find((name, at) => {
    if (!names.test(name.trim())) return false;
    const cells = table.sample.map((row) => (row[at] ?? "").trim());
    return cells.length >= 10 && cells.every((cell) => cell !== "") && new Set(cells).size <= 8;
  });
}

function idColumn(table: MapSample): string | null {
  const isUnique = (name: string): boolean => {
    const at = table.columns.indexOf(name);
    const cells = table.sample.map((row) => (row[at] ?? "").trim());
    return cells.every((cell) => cell !== "") && new Set(cells).size === cells.length;
  };
  const ranked = [
    /^(?:record|rec|row|unique)[ _-]?(?:id|key|no)$/i,
    /^(?:id|key|guid|uuid)$/i,
    /(?:^|[ _-])(?:id|key|code|no)$/i,
  ];
  for (const pattern of ranked) {
    const found = table.columns.find((name) => pattern.test(name.trim()) && isUnique(name));
    if (found !== undefined) return found;
  }
  return null;
}

// A list of which nothing is known by header still has a column that looks like names: the wordiest distinct one.
function ensureName(fields: Record<string, FieldKind>, open: readonly string[], table: MapSample): void {
  const names: readonly FieldKind[] = ["any_name", "person_name", "given_name", "family_name", "org_name", "title"];
  if (Object.values(fields).some((kind) => names.includes(kind))) return;
  const titled = open.find((name) => /^(?:title|name|label|subject)$/i.test(name.trim()));
  const shares = open.map((name) => {
    const at = table.columns.indexOf(name);
    const cells = table.sample.map((row) => (row[at] ?? "").trim()).filter((cell) => cell !== "");
    const wordy = cells.filter((cell) => /^\p{L}[^\d@]{2,80}$/u.test(cell)).length;
    return { name, share: cells.length === 0 ? 0 : (wordy / cells.length) * (new Set(cells).size / cells.length) };
  });
  const best = shares.filter(({ name }) => fields[name] === undefined).sort((a, b) => b.share - a.share)[0];
  const chosen = titled ?? (best !== undefined && best.share > 0.6 ? best.name : undefined);
  if (chosen !== undefined) fields[chosen] = "any_name";
}
