import { slug } from "#core";
import { microformatItems, openGraphItems, rdfaItems } from "./other-syntaxes.ts";
import { decodeHtml, listingId } from "./parse.ts";
import { absolute, jsonLdItems, listedOf, microdataItems } from "./structured.ts";
import type { Item } from "./structured.ts";
import { pageItems, SYNTAXES } from "./syntax/items.ts";
import { typeNames } from "./types.ts";
import type { Syntax } from "./syntax/items.ts";
import { loadPage } from "./syntax/load.ts";

/** A business that a page lists, each field with the syntax that states it. */
export interface PageBusiness {
  readonly id: string;
  readonly types: readonly string[];
  /** Values by schema.org property. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly provenance: Readonly<Record<string, { readonly syntax: Syntax; readonly url: string }>>;
}

/** A saved page, ready to be asked. Reading it never throws, whatever the bytes are. */
export interface SavedPage {
  /** Listed businesses; what several syntaxes say of one firm is put together, the first syntax that has a field wins. */
  businesses(): readonly PageBusiness[];
  /** Raw items of one syntax, in the shape of that syntax's own tools. */
  items(syntax: Syntax): unknown;
}

/** Opens the bytes of a page that came from `url`; an empty url leaves relative links as they are. */
export function openPage(body: Buffer, url: string): SavedPage {
  const html = decodeHtml({ body, headers: {} });
  return {
    businesses: () => businessesOf(html, url),
    items: (syntax) => pageItems(html, url, syntax),
  };
}

function businessesOf(html: string, url: string): readonly PageBusiness[] {
  const $ = loadPage(html);
  const base = absolute($("base[href]").attr("href") ?? "", url);
  const host = URL.canParse(url) ? new URL(url).host : "";
  const read: Readonly<Record<Syntax, () => readonly Item[]>> = {
    jsonld: () => jsonLdItems($),
    microdata: () => microdataItems($, base),
    rdfa: () => rdfaItems($, base),
    microformats: () => microformatItems($, base),
    opengraph: () => openGraphItems($),
  };
  const found: Draft[] = [];
  for (const syntax of SYNTAXES) {
    for (const item of listedOf(read[syntax](), host)) {
      const id = listingId(item, host, base);
      const draft = found.find((known) => isSame(known, item, id, syntax)) ?? create(found, id);
      addFields(draft, item, syntax, url);
    }
  }
  return found.map(({ id, types, fields, provenance }) => ({ id, types: [...types], fields, provenance }));
}

interface Draft {
  readonly id: string;
  readonly types: Set<string>;
  readonly fields: Record<string, unknown>;
  readonly provenance: Record<string, { syntax: Syntax; url: string }>;
  readonly syntaxes: Set<Syntax>;
}

function create(found: Draft[], id: string): Draft {
  const made: Draft = { id, types: new Set(), fields: {}, provenance: {}, syntaxes: new Set() };
  found.push(made);
  return made;
}

/** One firm told in two syntaxes. Within one syntax two items are two firms unless they share an id. */
function isSame(known: Draft, item: Item, id: string, syntax: Syntax): boolean {
  if (known.id === id) return true;
  if (known.syntaxes.has(syntax)) return false;
  const name = nameOf(item["name"] ?? item["legalName"]);
  return name !== "" && name === nameOf(known.fields["name"] ?? known.fields["legalName"]);
}

function nameOf(value: unknown): string {
  const first = Array.isArray(value) ? (value[0] as unknown) : value;
  return typeof first === "string" ? slug(first) : "";
}

function addFields(draft: Draft, item: Item, syntax: Syntax, url: string): void {
  draft.syntaxes.add(syntax);
  for (const [name, value] of Object.entries(item)) {
    if (name === "@type") for (const type of typeNames(value)) draft.types.add(type);
    if (name.startsWith("@") || draft.fields[name] !== undefined) continue;
    draft.fields[name] = value;
    draft.provenance[name] = { syntax, url };
  }
}
