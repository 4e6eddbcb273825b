import type { CheerioAPI } from "cheerio";
import type { Element } from "domhandler";
import {
  attribute,
  childElements,
  descendants,
  isElement,
  resolveUrl,
  rootOf,
  textContent,
  UNSEEN,
  words,
} from "./dom.ts";

/** An item of microdata as it stands: values are text or items; a single type or value is no list. */
export interface MicrodataItem {
  readonly type?: string | readonly string[];
  readonly id?: string;
  readonly properties?: Readonly<Record<string, MicrodataValue | readonly MicrodataValue[]>>;
  /** Text of an item without properties. */
  readonly value?: string;
}

/** A property's value. */
export type MicrodataValue = string | MicrodataItem;

/** What a link says: its address made absolute, and the text that people see. */
export type LinkReader = (address: string, visible: () => string) => string;
const plainLink: LinkReader = (address) => address;

const MAX_ITEM_DEPTH = 40;

/** Top-level items of a page in document order, nested ones inside them (HTML Living Standard, microdata). */
export function microdataOf($: CheerioAPI, base: string, linkOf: LinkReader = plainLink): readonly MicrodataItem[] {
  const all = descendants(rootOf($));
  const byId = new Map<string, Element>();
  for (const element of all) {
    const id = attribute(element, "id");
    if (id !== null && !byId.has(id)) byId.set(id, element);
  }
  const page: Page = { base, byId, linkOf, seen: new Set() };
  const tops = all.filter((element) => "itemscope" in element.attribs && !("itemprop" in element.attribs));
  const items = tops.map((element) => itemOf(page, element, 0));
  // A property outside every item is an item of its own, unless some item refers to it.
  const strays = all.filter(
    (element) => "itemscope" in element.attribs && "itemprop" in element.attribs && !page.seen.has(element),
  );
  return [...items, ...strays.flatMap((element) => (page.seen.has(element) ? [] : [itemOf(page, element, 0)]))];
}

interface Page {
  readonly base: string;
  readonly linkOf: LinkReader;
  readonly byId: ReadonlyMap<string, Element>;
  readonly seen: Set<Element>;
}

function itemOf(page: Page, scope: Element, depth: number): MicrodataItem {
  page.seen.add(scope);
  const types = words(scope, "itemtype");
  const id = attribute(scope, "itemid");
  const found = new Map<string, MicrodataValue[]>();
  for (const element of depth > MAX_ITEM_DEPTH ? [] : propertiesOf(page, scope)) {
    const value = valueOf(page, element, depth);
    for (const name of words(element, "itemprop")) found.set(name, [...(found.get(name) ?? []), value]);
  }
  const properties = Object.fromEntries(
    [...found].map(([name, values]) => [name, values.length === 1 ? (values[0] as MicrodataValue) : values]),
  );
  return {
    ...(types.length === 0 ? {} : { type: types.length === 1 ? (types[0] as string) : types }),
    ...(id === null || types.length === 0 ? {} : { id: id.trim() }),
    ...(found.size === 0 ? { value: visibleText(scope) } : { properties }),
  };
}

/** Elements with a property of this item: below it and below what it refers to, but in no item inside. */
function propertiesOf(page: Page, scope: Element): readonly Element[] {
  const found: Element[] = [];
  const seen = new Set<Element>([scope]);
  const visit = (element: Element): void => {
    if (seen.has(element)) return;
    seen.add(element);
    if ("itemprop" in element.attribs && words(element, "itemprop").length > 0) found.push(element);
    if (!("itemscope" in element.attribs)) walk(element);
  };
  const walk = (parent: Element): void => {
    const todo = [...childElements(parent)].reverse();
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      if ("itemprop" in next.attribs && words(next, "itemprop").length > 0) found.push(next);
      if (!("itemscope" in next.attribs)) todo.push(...[...childElements(next)].reverse());
    }
  };
  walk(scope);
  for (const id of words(scope, "itemref")) {
    const element = page.byId.get(id);
    // An item that refers to one it stands in would hold itself.
    if (element !== undefined && !isInside(scope, element)) visit(element);
  }
  return found;
}

function isInside(element: Element, ancestor: Element): boolean {
  for (let at = element.parent; at !== null; at = at.parent) if (isElement(at) && at === ancestor) return true;
  return element === ancestor;
}

const SOURCES = new Set(["audio", "embed", "iframe", "img", "source", "track", "video"]);

function valueOf(page: Page, element: Element, depth: number): MicrodataValue {
  if ("itemscope" in element.attribs) return itemOf(page, element, depth + 1);
  const { name } = element;
  const own = name === "data" || name === "meter" ? "value" : name === "time" ? "datetime" : "content";
  // `content` is in no standard for most elements, but it is what pages do.
  const stated = attribute(element, own) ?? attribute(element, "content");
  if (name === "meta") return stated ?? "";
  if (name === "object") return resolveUrl(attribute(element, "data") ?? "", page.base);
  if (stated !== null) return stated;
  if (SOURCES.has(name)) return resolveUrl(attribute(element, "src") ?? "", page.base);
  if (name === "a" || name === "area" || name === "link") {
    return page.linkOf(resolveUrl(attribute(element, "href") ?? "", page.base), () => visibleText(element));
  }
  return visibleText(element);
}

/** Text as people see it: runs of white space are one space. */
function visibleText(element: Element): string {
  return textContent(element, UNSEEN)
    .replace(/[\t\n\f\r ]+/g, " ")
    .trim();
}
