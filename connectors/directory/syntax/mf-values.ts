import type { Element } from "domhandler";
import { attribute, childElements, isElement, resolveUrl } from "./dom.ts";
import { dayOf, joinDateParts } from "./mf-dates.ts";
import { innerMarkup, plainText } from "./mf-text.ts";

/** Value of a property: text, an image with its words, or embedded markup. */
export type PlainValue =
  string | { readonly value: string; readonly alt: string } | { readonly value: string; readonly html: string };

/** How a class of an element says what kind of value it wants. */
export type PropertyKind = "p" | "u" | "dt" | "e";

/** Where values are read: the page's address, and which classes begin other properties or items. */
export interface ValueScope {
  readonly base: string;
  /** True for an element that is a property or item of its own: value classes below it are not ours. */
  readonly foreign: (element: Element) => boolean;
  /** The last date of the item, for times that stand alone. */
  readonly day: string | null;
  /** Classic items tell an image by its address alone. */
  readonly classic: boolean;
}

/** The value of a property. */
export function propertyValue(kind: PropertyKind, element: Element, scope: ValueScope): PlainValue {
  switch (kind) {
    case "p":
      return textValue(element, scope);
    case "u":
      return linkValue(element, scope);
    case "dt":
      return dateValue(element, scope);
    case "e":
    default:
      return { value: plainText(element, scope.base), html: innerMarkup(element, scope.base) };
  }
}

/** Value of a `p-` property. */
export function textValue(element: Element, scope: ValueScope): string {
  const classed = valueClass(element, scope);
  if (classed !== null) return classed.join("");
  return attributeText(element) ?? imageText(element) ?? plainText(element, scope.base);
}

function attributeText(element: Element): string | null {
  if (element.name === "abbr" || element.name === "link") return attribute(element, "title");
  return element.name === "data" || element.name === "input" ? attribute(element, "value") : null;
}

function imageText(element: Element): string | null {
  return element.name === "img" || element.name === "area" ? attribute(element, "alt") : null;
}

/** Value of a `u-` property: an address where the element has one. */
export function linkValue(element: Element, scope: ValueScope): PlainValue {
  const link = linkOf(element);
  if (link !== null) {
    const value = resolveUrl(link, scope.base);
    const alt = element.name === "img" && !scope.classic ? attribute(element, "alt") : null;
    return alt === null ? value : { value, alt };
  }
  const text = valueClass(element, scope)?.join("") ?? attributeText(element) ?? plainText(element, scope.base);
  return resolveUrl(text, scope.base);
}

function linkOf(element: Element): string | null {
  switch (element.name) {
    case "a":
    case "area":
    case "link":
      return attribute(element, "href");
    case "img":
    case "audio":
    case "source":
    case "iframe":
      return attribute(element, "src");
    case "video":
      return attribute(element, "src") ?? attribute(element, "poster");
    case "object":
      return attribute(element, "data");
    default:
      return null;
  }
}

function dateValue(element: Element, scope: ValueScope): string {
  const parts = valueClass(element, scope, true);
  if (parts !== null) return joinDateParts(parts, scope.day);
  const own = ["time", "ins", "del"].includes(element.name) ? attribute(element, "datetime") : null;
  const text = own ?? attributeText(element) ?? plainText(element, scope.base);
  const clean = text.trim();
  return scope.day !== null && dayOf(clean) === null ? joinDateParts([clean], scope.day) : clean;
}

/** Texts of the elements with class `value`, or the title of one with `value-title`; null where there are none. */
function valueClass(element: Element, scope: ValueScope, dates = false): readonly string[] | null {
  const found: string[] = [];
  for (const child of childElements(element)) collectValues(child, scope, dates, found, 0);
  return found.length === 0 ? null : found;
}

function collectValues(element: Element, scope: ValueScope, dates: boolean, found: string[], depth: number): void {
  const classes = (attribute(element, "class") ?? "").split(/\s+/);
  if (classes.includes("value-title")) {
    const title = attribute(element, "title");
    if (title !== null) found.push(title);
    return;
  }
  if (classes.includes("value")) {
    found.push(valueText(element, scope, dates));
    return;
  }
  if (depth > 20 || scope.foreign(element)) return;
  for (const child of childElements(element)) collectValues(child, scope, dates, found, depth + 1);
}

function valueText(element: Element, scope: ValueScope, dates: boolean): string {
  if (dates && ["time", "ins", "del"].includes(element.name)) {
    const datetime = attribute(element, "datetime");
    if (datetime !== null) return datetime;
  }
  return imageText(element) ?? attributeText(element) ?? plainText(element, scope.base);
}

/** The only element among siblings that `accept` takes, whatever text stands beside it. */
export function onlyChild(element: Element, accept: (child: Element) => boolean): Element | null {
  const children = childElements(element);
  const [only] = children;
  return children.length === 1 && only !== undefined && accept(only) ? only : null;
}

/** The only child of a tag name, whatever other children there are. */
export function onlyOfType(element: Element, name: string): Element | null {
  const found = childElements(element).filter((child) => child.name === name);
  return found.length === 1 && found[0] !== undefined && isElement(found[0]) ? found[0] : null;
}
