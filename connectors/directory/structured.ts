import type { CheerioAPI } from "cheerio";
import { jsonLdOf } from "./syntax/jsonld.ts";
import { microdataOf } from "./syntax/microdata.ts";
import type { MicrodataItem, MicrodataValue } from "./syntax/microdata.ts";
import { isBusiness, isOrganisation, typeNames } from "./types.ts";

/** A structured item as a page states it, in the shape of JSON-LD. */
export type Item = Readonly<Record<string, unknown>>;

/** All JSON-LD objects of a page, nested ones included, in order. Broken blocks are mended where that is safe. */
export function jsonLdItems($: CheerioAPI): readonly Item[] {
  return nestedItems(jsonLdOf($));
}

/** Objects with a type among values and inside them, in order. */
export function nestedItems(values: readonly unknown[]): readonly Item[] {
  const items: Item[] = [];
  for (const value of values) collect(value, items, 0, false);
  return items;
}

/** Objects with a type, publishers and the like marked by `inside` so that the site itself is not taken for a listing. */
function collect(value: unknown, items: Item[], depth: number, publisher: boolean): void {
  if (depth > 12 || value === null || typeof value !== "object") return;
  if (Array.isArray(value)) {
    for (const inner of value) collect(inner, items, depth + 1, publisher);
    return;
  }
  const item = value as Record<string, unknown>;
  if (item["@type"] !== undefined && !publisher) items.push(item);
  for (const [name, inner] of Object.entries(item)) {
    if (!/^(department|branchOf|parentOrganization|subOrganization)$/.test(name)) {
      collect(
        inner,
        items,
        depth + 1,
        /^(publisher|author|creator|provider|isPartOf|copyrightHolder|sourceOrganization|brand)$/.test(name),
      );
    }
  }
}

/** Top-level microdata items of a page, nested ones as objects, in the shape of JSON-LD. */
export function microdataItems($: CheerioAPI, base: string): readonly Item[] {
  const link = (address: string, visible: () => string): string =>
    /^(tel|mailto):/.test(address) ? linkText(address, visible()) : address;
  return nestedItems(microdataOf($, base, link).map((item) => plainItem(item, base)));
}

function plainItem(found: MicrodataItem, base: string): Item {
  const item: Record<string, unknown> = {};
  if (found.type !== undefined) item["@type"] = plainType(found.type);
  if (found.id !== undefined) item["@id"] = absolute(found.id, base);
  const plain = (value: MicrodataValue): unknown => (typeof value === "string" ? value : plainItem(value, base));
  for (const [name, value] of Object.entries(found.properties ?? {})) {
    const values = Array.isArray(value) ? (value as readonly MicrodataValue[]) : [value as MicrodataValue];
    for (const one of values) add(item, name.replace(/^.*[/#]/, ""), plain(one));
  }
  return item;
}

/** The names of schema.org's own types, as the other syntaxes write them; addresses of other vocabularies stay. */
function plainType(type: string | readonly string[]): string | readonly string[] {
  if (typeof type !== "string") return type.map((one) => plainType(one) as string);
  return type.replace(/^https?:\/\/schema\.org\//, "");
}

/** The number behind a `tel:` link or the address behind `mailto:`; the visible text where it says more. */
export function linkText(link: string, visible: string): string {
  const shown = visible.replace(/\s+/g, " ").trim();
  const target = decodeURIComponentSafe(link.replace(/^(tel|mailto):/, "").replace(/\?.*$/, ""));
  return shown.replace(/\D/g, "").length >= 7 ? shown : target;
}

function decodeURIComponentSafe(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function add(item: Record<string, unknown>, name: string, value: unknown): void {
  const before = item[name];
  if (before === undefined) item[name] = value;
  else item[name] = Array.isArray(before) ? [...before, value] : [before, value];
}

/** A link made absolute; the text itself where it cannot be. */
export function absolute(link: string, base: string): string {
  return URL.canParse(link.trim(), base) ? new URL(link.trim(), base).href : link;
}

/** The listed businesses among structured items: local businesses, and organisations with an address or a telephone. */
export function listedOf(items: readonly Item[], pageHost: string): readonly Item[] {
  return items.filter((item) => {
    const types = typeNames(item["@type"]);
    const named = item["name"] !== undefined || item["legalName"] !== undefined;
    const reachable = item["telephone"] !== undefined || item["address"] !== undefined;
    // A business without a name is handed on: it is found out where all records are.
    if (isBusiness(types)) return named || reachable;
    return isOrganisation(types) && named && reachable && !isSite(item, pageHost);
  });
}

/** The directory speaks of itself: its url is the site's front page. */
function isSite(item: Item, pageHost: string): boolean {
  const url = typeof item["url"] === "string" ? item["url"] : "";
  if (!URL.canParse(url)) return false;
  const { host, pathname } = new URL(url);
  return host === pageHost && /^\/?$/.test(pathname);
}
