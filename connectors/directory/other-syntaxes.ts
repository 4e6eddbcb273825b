import type { CheerioAPI } from "cheerio";
import type { Item } from "./structured.ts";
import { nestedItems } from "./structured.ts";
import { microformatsOf } from "./syntax/microformats.ts";
import type { MicroformatItem, MicroformatValue } from "./syntax/microformats.ts";
import { openGraphOf } from "./syntax/opengraph.ts";
import { rdfaOf } from "./syntax/rdfa.ts";
import { USES_VOCABULARY } from "./syntax/rdfa-context.ts";
import type { RdfNode } from "./syntax/rdfa-graph.ts";

const MAX_DEPTH = 8;

/** Typed subjects of a page's RDFa, what they refer to inside them, in the shape of JSON-LD. */
export function rdfaItems($: CheerioAPI, base: string): readonly Item[] {
  const nodes = new Map(rdfaOf($, base).map((node) => [node["@id"], node]));
  const inner = new Set<string>();
  for (const node of nodes.values()) {
    for (const [name, values] of Object.entries(node)) {
      if (!name.startsWith("@") && Array.isArray(values)) for (const value of values) inner.add(idOf(value));
    }
  }
  const tops = [...nodes.values()].filter((node) => node["@type"] !== undefined && !inner.has(node["@id"]));
  return nestedItems(tops.map((node) => itemOfNode(node, nodes, new Set(), 0)));
}

function idOf(value: unknown): string {
  const id = (value as { "@id"?: unknown } | null)?.["@id"];
  return typeof id === "string" ? id : "";
}

function itemOfNode(
  node: RdfNode,
  nodes: ReadonlyMap<string, RdfNode>,
  above: ReadonlySet<string>,
  depth: number,
): Item {
  const item: Record<string, unknown> = {};
  const here = new Set([...above, node["@id"]]);
  if (!node["@id"].startsWith("_:")) item["@id"] = node["@id"];
  for (const [name, values] of Object.entries(node)) {
    if (name === "@type") item["@type"] = single((values as readonly string[]).map(localName));
    if (name.startsWith("@") || name === USES_VOCABULARY || !Array.isArray(values)) continue;
    const plain = (values as readonly unknown[]).flatMap((value): unknown[] => {
      const list = (value as { "@list"?: readonly unknown[] })["@list"];
      return (list ?? [value]).map((one) => plainValue(one, nodes, here, depth));
    });
    item[localName(name)] = single(plain);
  }
  return item;
}

function plainValue(
  value: unknown,
  nodes: ReadonlyMap<string, RdfNode>,
  above: ReadonlySet<string>,
  depth: number,
): unknown {
  const literal = (value as { "@value"?: unknown })["@value"];
  if (typeof literal === "string") return literal.replace(/\s+/g, " ").trim();
  const id = idOf(value);
  const node = nodes.get(id);
  if (node === undefined || saysNothing(node) || above.has(id) || depth >= MAX_DEPTH)
    return id.replace(/^(tel|mailto):/, "");
  return itemOfNode(node, nodes, above, depth + 1);
}

/** A page is a subject of its own as soon as it names its vocabulary: a link to it is a link. */
function saysNothing(node: RdfNode): boolean {
  return Object.keys(node).every((name) => name === "@id" || name === USES_VOCABULARY);
}

/** The last part of a vocabulary's address: what the property is called. */
function localName(name: string): string {
  return name.replace(/^.*[/#]/, "");
}

function single(values: readonly unknown[]): unknown {
  return values.length === 1 ? values[0] : values;
}

/** Firms among a page's h-cards, classic ones included; cards of people are left out. */
export function microformatItems($: CheerioAPI, base: string): readonly Item[] {
  const items: Item[] = [];
  const visit = (item: MicroformatItem, depth: number): void => {
    if (depth > MAX_DEPTH) return;
    if (item.type.includes("h-card")) {
      const firm = firmOf(item);
      if (firm !== null) items.push(firm);
    }
    for (const child of item.children ?? []) visit(child, depth + 1);
    for (const values of Object.values(item.properties)) {
      for (const value of values) if (typeof value !== "string" && "type" in value) visit(value, depth + 1);
    }
  };
  for (const item of microformatsOf($, base).items) visit(item, 0);
  return items;
}

function firmOf(card: MicroformatItem): Item | null {
  const texts = (name: string, from: MicroformatItem = card): readonly string[] =>
    (from.properties[name] ?? []).map(textOf).filter((text) => text !== "");
  const first = (name: string, from: MicroformatItem = card): string | undefined => texts(name, from)[0];
  const org = first("org");
  const name = first("name") ?? org;
  const isPerson = (first("given-name") ?? first("family-name")) !== undefined && org !== name;
  if (name === undefined || isPerson) return null;
  const nested = (card.properties["adr"] ?? []).find((value): value is MicroformatItem => isItem(value, "h-adr"));
  const place = nested ?? card;
  const address = {
    "@type": "PostalAddress",
    streetAddress: first("street-address", place),
    addressLocality: first("locality", place),
    addressRegion: first("region", place),
    postalCode: first("postal-code", place),
    addressCountry: first("country-name", place),
  };
  const spoken = Object.values(address).filter((value) => value !== undefined).length > 1;
  const geo = (card.properties["geo"] ?? []).find((value): value is MicroformatItem => isItem(value, "h-geo")) ?? place;
  const latitude = first("latitude", geo);
  return defined({
    "@type": "Organization",
    name,
    telephone: manyOf(texts("tel").map((text) => text.replace(/^tel:/, ""))),
    email: manyOf(texts("email").map((text) => text.replace(/^mailto:/, ""))),
    address: spoken ? defined(address) : first("adr"),
    url: first("url"),
    category: manyOf(texts("category")),
    geo: latitude === undefined ? undefined : { latitude, longitude: first("longitude", geo) },
  });
}

function isItem(value: MicroformatValue, type: string): boolean {
  return typeof value !== "string" && "type" in value && value.type.includes(type);
}

function textOf(value: MicroformatValue): string {
  if (typeof value === "string") return value.replace(/\s+/g, " ").trim();
  const inner = (value as { value?: unknown }).value;
  return typeof inner === "string" ? inner.replace(/\s+/g, " ").trim() : "";
}

function manyOf(values: readonly string[]): unknown {
  return values.length === 0 ? undefined : single(values);
}

function defined(item: Readonly<Record<string, unknown>>): Item {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined));
}

/** The firm that a page's Open Graph speaks of, where its type is a business or it names its address. */
export function openGraphItems($: CheerioAPI): readonly Item[] {
  return openGraphOf($).flatMap(({ properties }) => {
    const first = (...names: readonly string[]): string | undefined =>
      properties.find(([name, value]) => names.includes(name) && value.trim() !== "")?.[1].trim();
    const of = (part: string): string | undefined =>
      first(`business:contact_data:${part}`, `place:contact_data:${part}`, `og:${part.replace("_", "-")}`);
    const type = first("og:type") ?? "";
    const isFirm = /^(business|restaurant|place|company|hotel|bar|cafe)\b/.test(type);
    if (!isFirm && !properties.some(([name]) => name.startsWith("business:contact_data:"))) return [];
    const address = {
      streetAddress: of("street_address"),
      addressLocality: of("locality"),
      addressRegion: of("region"),
      postalCode: of("postal_code"),
      addressCountry: of("country_name"),
    };
    const latitude = first("place:location:latitude", "og:latitude");
    const item = defined({
      "@type": "LocalBusiness",
      name: first("og:title", "og:site_name"),
      telephone: of("phone_number"),
      email: of("email"),
      address: Object.values(address).some((value) => value !== undefined) ? defined(address) : undefined,
      url: first("business:contact_data:website", "og:url"),
      geo:
        latitude === undefined ? undefined : { latitude, longitude: first("place:location:longitude", "og:longitude") },
    });
    return item["name"] === undefined ? [] : [item];
  });
}
