import type { Element } from "domhandler";
import { words } from "./dom.ts";

/** Classic root classes and what they are called now. */
const ROOTS: Readonly<Record<string, string>> = {
  adr: "h-adr",
  geo: "h-geo",
  hentry: "h-entry",
  hfeed: "h-feed",
  hnews: "h-news",
  hproduct: "h-product",
  hrecipe: "h-recipe",
  hresume: "h-resume",
  hreview: "h-review",
  "hreview-aggregate": "h-review-aggregate",
  vcard: "h-card",
  vevent: "h-event",
};

const PLACE = "street-address extended-address post-office-box locality region postal-code country-name label";
const POSITION = "latitude longitude altitude";
const same = (prefix: string, names: string): string =>
  names
    .split(" ")
    .map((name) => `${name}:${prefix}-${name}`)
    .join(" ");

/** Classic property classes by type: `class:prefix-name`. */
const PROPERTIES: Readonly<Record<string, string>> = {
  "h-adr": same("p", PLACE),
  "h-geo": same("p", POSITION),
  "h-card": `fn:p-name org:p-org title:p-job-title role:p-role note:p-note nickname:p-nickname tel:p-tel tz:p-tz
    adr:p-adr geo:p-geo agent:p-agent category:p-category class:p-class mailer:p-mailer label:p-label
    sort-string:p-sort-string email:u-email url:u-url photo:u-photo logo:u-logo sound:u-sound uid:u-uid key:p-key
    bday:dt-bday rev:dt-rev
    ${same("p", "given-name family-name additional-name honorific-prefix honorific-suffix organization-name organization-unit")}
    ${same("p", PLACE)} ${same("p", POSITION)}`,
  "h-entry": `entry-title:p-name entry-summary:p-summary entry-content:e-content published:dt-published
    updated:dt-updated author:p-author category:p-category geo:p-geo ${same("p", POSITION)}`,
  "h-feed": `category:p-category title:p-name author:p-author url:u-url photo:u-photo`,
  "h-news": `entry:p-entry geo:p-geo source-org:p-source-org dateline:p-dateline item-license:u-item-license
    principles:u-principles ${same("p", POSITION)}`,
  "h-product": `fn:p-name photo:u-photo brand:p-brand category:p-category description:p-description url:u-url
    identifier:u-identifier review:p-review price:p-price`,
  "h-recipe": `fn:p-name ingredient:p-ingredient yield:p-yield instructions:e-instructions duration:dt-duration
    photo:u-photo summary:p-summary author:p-author nutrition:p-nutrition category:p-category published:dt-published`,
  "h-resume": `summary:p-summary contact:p-contact education:p-education experience:p-experience skill:p-skill
    affiliation:p-affiliation publications:p-publications`,
  "h-review": `summary:p-name description:e-content item:p-item reviewer:p-author dtreviewed:dt-published
    rating:p-rating best:p-best worst:p-worst type:p-type`,
  "h-review-aggregate": `summary:p-name item:p-item rating:p-rating best:p-best worst:p-worst average:p-average
    count:p-count votes:p-votes`,
  "h-event": `summary:p-name dtstart:dt-start dtend:dt-end duration:dt-duration description:p-description url:u-url
    category:p-category location:p-location geo:p-geo attendee:p-attendee contact:p-contact organizer:p-organizer
    uid:u-uid ${same("p", POSITION)}`,
  "h-item": "fn:p-name photo:u-photo url:u-url",
};

/** Property links by `rel`: what the word stands for inside a type. */
const RELS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "h-entry": { bookmark: "u-url", tag: "p-category", author: "u-author" },
  "h-feed": { tag: "p-category" },
  "h-news": { principles: "u-principles", "item-license": "u-item-license" },
  "h-product": { tag: "p-category" },
  "h-recipe": { tag: "p-category" },
  "h-review": { bookmark: "u-url", tag: "p-category", license: "u-license" },
  "h-review-aggregate": { tag: "p-category" },
};

/** Classic properties that hold an item although they name none: `experience` is an event, `item` an item. */
const HOLDS: Readonly<Record<string, string>> = {
  "h-review item": "h-item",
  "h-review-aggregate item": "h-item",
};

const tables = new Map<string, ReadonlyMap<string, string>>();

function tableOf(type: string): ReadonlyMap<string, string> {
  const known = tables.get(type);
  if (known !== undefined) return known;
  const made = new Map(
    (PROPERTIES[type] ?? "")
      .split(/\s+/)
      .filter((pair) => pair !== "")
      .map((pair) => pair.split(":") as [string, string]),
  );
  tables.set(type, made);
  return made;
}

/** Types of an element by its classic root classes, in the order of the alphabet. */
export function classicTypes(element: Element): readonly string[] {
  return [...new Set(words(element, "class").flatMap((name) => ROOTS[name] ?? []))].sort();
}

/** Properties of an element inside a classic item, as classes of today (`p-name`). */
export function classicProperties(element: Element, types: readonly string[]): readonly string[] {
  const found: string[] = [];
  for (const type of types) {
    const table = tableOf(type);
    for (const name of words(element, "class")) {
      const property = table.get(name);
      if (property !== undefined) found.push(property);
    }
    const rels = RELS[type];
    if (rels === undefined || !["a", "area", "link"].includes(element.name)) continue;
    for (const rel of words(element, "rel")) {
      const property = Object.hasOwn(rels, rel.toLowerCase()) ? rels[rel.toLowerCase()] : undefined;
      if (property !== undefined) found.push(property);
    }
  }
  return [...new Set(found)];
}

/** The type of an element that holds an item by its property alone; null for all others. */
export function heldType(element: Element, types: readonly string[]): string | null {
  for (const type of types) {
    for (const name of words(element, "class")) {
      const held = HOLDS[`${type} ${name}`];
      if (held !== undefined) return held;
    }
  }
  return null;
}
