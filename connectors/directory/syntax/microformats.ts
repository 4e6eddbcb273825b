import type { CheerioAPI } from "cheerio";
import type { Element } from "domhandler";
import { attribute, childElements, descendants, MAX_DEPTH, resolveUrl, rootOf, words } from "./dom.ts";
import { classicProperties, classicTypes, heldType } from "./mf-classic.ts";
import { dayOf } from "./mf-dates.ts";
import { implied } from "./mf-implied.ts";
import { plainText } from "./mf-text.ts";
import { linkValue, propertyValue, textValue } from "./mf-values.ts";
import type { PlainValue, PropertyKind, ValueScope } from "./mf-values.ts";

/** An item as the microformats test suite writes it. */
export interface MicroformatItem {
  readonly type: readonly string[];
  readonly properties: Readonly<Record<string, readonly MicroformatValue[]>>;
  readonly id?: string;
  readonly children?: readonly MicroformatItem[];
  readonly value?: PlainValue;
  readonly html?: string;
}

/** Value of a property: text, an image, embedded markup, or an item. */
export type MicroformatValue = PlainValue | MicroformatItem;

/** What a page says in microformats, classic ones included. */
export interface Microformats {
  readonly items: readonly MicroformatItem[];
  readonly rels: Readonly<Record<string, readonly string[]>>;
  readonly "rel-urls": Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const ROOT = /^h-(?:[a-z0-9]+-)?[a-z]+(?:-[a-z]+)*$/;
const PROPERTY = /^(p|u|dt|e)-((?:[a-z0-9]+-)?[a-z]+(?:-[a-z]+)*)$/;

/** Reads the microformats of a page. An empty base leaves links as they are. */
export function microformatsOf($: CheerioAPI, base: string): Microformats {
  const items: MicroformatItem[] = [];
  for (const element of childElements(rootOf($))) findItems(element, base, items, 0);
  return { items, ...relsOf($, base) };
}

/** What an element is the root of; null where it is none. */
interface Root {
  readonly types: readonly string[];
  readonly classic: boolean;
}

function rootOfItem(element: Element, inside: Root | null): Root | null {
  const today = words(element, "class").filter((name) => ROOT.test(name));
  if (today.length > 0) return { types: [...new Set(today)].sort(), classic: false };
  const classic = classicTypes(element);
  if (classic.length > 0) return { types: classic, classic: true };
  const held = inside?.classic === true ? heldType(element, inside.types) : null;
  return held === null ? null : { types: [held], classic: true };
}

function findItems(element: Element, base: string, found: MicroformatItem[], depth: number): void {
  if (depth > MAX_DEPTH || element.name === "template") return;
  const root = rootOfItem(element, null);
  if (root !== null) {
    found.push(itemOf(element, root, base, depth));
    return;
  }
  for (const child of childElements(element)) findItems(child, base, found, depth + 1);
}

interface Draft {
  readonly root: Root;
  readonly base: string;
  readonly properties: Map<string, MicroformatValue[]>;
  readonly children: MicroformatItem[];
  /** Kinds of properties that were stated: they forbid to imply some. */
  readonly stated: Set<string>;
  nested: boolean;
  day: string | null;
}

function itemOf(element: Element, root: Root, base: string, depth: number): MicroformatItem {
  const draft: Draft = {
    root,
    base,
    properties: new Map(),
    children: [],
    stated: new Set(),
    nested: false,
    day: null,
  };
  for (const child of childElements(element)) visit(child, draft, depth + 1);
  if (!root.classic) {
    for (const [name, value] of implied(element, draft, isRoot)) draft.properties.set(name, [value]);
  }
  const id = attribute(element, "id");
  return {
    type: root.types,
    properties: Object.fromEntries(draft.properties),
    ...(id === null || id === "" || root.classic ? {} : { id }),
    ...(draft.children.length === 0 ? {} : { children: draft.children }),
  };
}

function isRoot(element: Element): boolean {
  return rootOfItem(element, null) !== null;
}

function visit(element: Element, draft: Draft, depth: number): void {
  if (depth > MAX_DEPTH || element.name === "template") return;
  const properties = propertiesOf(element, draft.root);
  const root = rootOfItem(element, draft.root);
  if (root !== null) {
    const item = itemOf(element, root, draft.base, depth);
    draft.nested = true;
    if (properties.length === 0) draft.children.push(item);
    for (const { kind, name } of properties) addItem(draft, element, item, kind, name);
    return;
  }
  for (const { kind, name } of properties) {
    const value = propertyValue(kind, element, scopeOf(draft));
    if (kind === "dt" && typeof value === "string") draft.day = dayOf(value) ?? draft.day;
    add(draft, kind, name, value);
  }
  for (const child of childElements(element)) visit(child, draft, depth + 1);
}

interface Property {
  readonly kind: PropertyKind;
  readonly name: string;
}

/** Classic items have classic properties, today's items today's: mixing them would count facts twice. */
function propertiesOf(element: Element, root: Root): readonly Property[] {
  const names = root.classic ? classicProperties(element, root.types) : words(element, "class");
  const found = new Map<string, Property>();
  for (const name of names) {
    const [, kind, property] = PROPERTY.exec(name) ?? [];
    if (kind !== undefined && property !== undefined) {
      found.set(name, { kind: kind as PropertyKind, name: property });
    }
  }
  return [...found.values()];
}

function scopeOf(draft: Draft): ValueScope {
  return {
    base: draft.base,
    day: draft.day,
    classic: draft.root.classic,
    foreign: (element) => rootOfItem(element, draft.root) !== null || propertiesOf(element, draft.root).length > 0,
  };
}

function add(draft: Draft, kind: PropertyKind, name: string, value: MicroformatValue): void {
  draft.stated.add(kind);
  draft.properties.set(name, [...(draft.properties.get(name) ?? []), value]);
}

/** An item that is a property's value: the property's own value is told beside it. */
function addItem(draft: Draft, element: Element, item: MicroformatItem, kind: PropertyKind, name: string): void {
  const first = (property: string): PlainValue | null => {
    const value = item.properties[property]?.[0];
    return value === undefined
      ? null
      : typeof value === "string"
        ? value
        : ((value as { value?: PlainValue }).value ?? null);
  };
  const scope = scopeOf(draft);
  switch (kind) {
    case "p":
      add(draft, kind, name, { ...item, value: first("name") ?? textValue(element, scope) });
      break;
    case "u":
      add(draft, kind, name, { ...item, value: first("url") ?? linkValue(element, scope) });
      break;
    case "dt":
      add(draft, kind, name, { ...item, value: propertyValue("dt", element, scope) });
      break;
    case "e": {
      const made = propertyValue("e", element, scope) as { value: string; html: string };
      add(draft, kind, name, { ...item, ...made });
      break;
    }
  }
}

function relsOf($: CheerioAPI, base: string): Pick<Microformats, "rels" | "rel-urls"> {
  const rels = new Map<string, string[]>();
  const urls = new Map<string, Record<string, unknown>>();
  for (const element of descendants(rootOf($))) {
    const href = attribute(element, "href");
    const names = [...new Set(words(element, "rel").map((name) => name.toLowerCase()))];
    if (!["a", "area", "link"].includes(element.name) || href === null || names.length === 0) continue;
    const url = resolveUrl(href, base);
    for (const name of names) {
      const known = rels.get(name) ?? [];
      if (!known.includes(url)) rels.set(name, [...known, url]);
    }
    const entry = urls.get(url) ?? { rels: [] };
    urls.set(url, entry);
    entry["rels"] = [...new Set([...(entry["rels"] as string[]), ...names])].sort();
    const text = plainText(element, base);
    if (text !== "" && entry["text"] === undefined) entry["text"] = text;
    for (const name of ["media", "hreflang", "type", "title"]) {
      const value = attribute(element, name);
      if (value !== null && entry[name] === undefined) entry[name] = value;
    }
  }
  return { rels: Object.fromEntries(rels), "rel-urls": Object.fromEntries(urls) };
}
