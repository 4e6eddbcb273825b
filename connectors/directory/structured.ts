import type { CheerioAPI } from "cheerio";
import type { Element } from "domhandler";
import { isBusiness, isOrganisation, typeNames } from "./types.ts";

/** A structured item as a page states it, in the shape of JSON-LD. */
export type Item = Readonly<Record<string, unknown>>;

/** All JSON-LD objects of a page, nested ones included, in order. Broken blocks are mended where that is safe. */
export function jsonLdItems($: CheerioAPI): readonly Item[] {
  const items: Item[] = [];
  $('script[type*="ld+json"]').each((_, element) => {
    const parsed = parseLoose($(element).text());
    if (parsed !== null) collect(parsed, items, 0, false);
  });
  return items;
}

/** JSON with the faults that pages have: comments, trailing commas, control characters, HTML comment marks. */
function parseLoose(text: string): unknown {
  const bare = text
    .replace(/^\s*(<!--|\/\*\s*<!\[CDATA\[\s*\*\/|<!\[CDATA\[)/, "")
    .replace(/(-->|\/\*\s*\]\]>\s*\*\/|\]\]>)\s*$/, "");
  const mended = (): string =>
    bare
      .replace(/"(?:[^"\\]|\\.)*"|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (part) =>
        part.startsWith('"') ? escapeControls(part) : "",
      )
      .replace(/"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])/g, (part) => (part === "," ? "" : part))
      .trim()
      .replace(/;$/, "");
  for (const attempt of [() => bare, mended]) {
    try {
      return JSON.parse(attempt());
    } catch {
      // The next attempt mends more.
    }
  }
  return null;
}

function escapeControls(part: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return part.replace(/[\u0000-\u001f]/g, (char) => (char === "\n" || char === "\t" || char === "\r" ? " " : ""));
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
  const items: Item[] = [];
  $("[itemscope]:not([itemprop])").each((_, element) => {
    collect(microdataItem($, element, base, 0), items, 0, false);
  });
  return items;
}

function microdataItem($: CheerioAPI, scope: Element, base: string, depth: number): Item {
  const item: Record<string, unknown> = {};
  const types = ($(scope).attr("itemtype") ?? "").split(/\s+/).filter((type) => type !== "");
  if (types.length > 0) item["@type"] = types.length === 1 ? types[0] : types;
  const id = $(scope).attr("itemid");
  if (id !== undefined) item["@id"] = absolute(id, base);
  const referenced = ($(scope).attr("itemref") ?? "").split(/\s+/).filter((ref) => ref !== "");
  const roots = [scope, ...referenced.flatMap((ref) => $(`[id="${ref.replaceAll('"', "")}"]`).toArray())];
  for (const root of roots) {
    const own = root !== scope && $(root).attr("itemprop") !== undefined ? [root] : [];
    for (const element of [...own, ...propertiesOf($, root)]) {
      const names = ($(element).attr("itemprop") ?? "").split(/\s+/).filter((name) => name !== "");
      const value = depth > 8 ? "" : propertyValue($, element, base, depth);
      for (const name of names) add(item, name.replace(/^.*[/#]/, ""), value);
    }
  }
  return item;
}

/** Elements with a property of this scope: not those of scopes inside it. */
function propertiesOf($: CheerioAPI, root: Element): Element[] {
  return $(root)
    .find("[itemprop]")
    .toArray()
    .filter((element) => $(element).parent().closest("[itemscope]").get(0) === $(root).closest("[itemscope]").get(0));
}

function propertyValue($: CheerioAPI, element: Element, base: string, depth: number): unknown {
  const found = $(element);
  if (found.attr("itemscope") !== undefined) return microdataItem($, element, base, depth + 1);
  const content = found.attr("content");
  if (content !== undefined) return content;
  const link = /^(a|area|link)$/.test(element.tagName) ? found.attr("href") : (found.attr("src") ?? found.attr("data"));
  if (/^(a|area|link|audio|embed|iframe|img|source|track|video|object)$/.test(element.tagName)) {
    return link === undefined ? "" : /^(tel|mailto):/.test(link) ? linkText(link, found.text()) : absolute(link, base);
  }
  const own =
    element.tagName === "time"
      ? found.attr("datetime")
      : /^(data|meter)$/.test(element.tagName)
        ? found.attr("value")
        : undefined;
  return (own ?? found.text()).replace(/\s+/g, " ").trim();
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
