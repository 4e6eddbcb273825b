import type { Element } from "domhandler";
import { attribute, resolveUrl } from "./dom.ts";
import { plainText } from "./mf-text.ts";
import { onlyChild, onlyOfType } from "./mf-values.ts";
import type { PlainValue } from "./mf-values.ts";

interface Stated {
  readonly base: string;
  readonly properties: ReadonlyMap<string, unknown>;
  /** Kinds of properties that the item states. */
  readonly stated: ReadonlySet<string>;
  readonly nested: boolean;
}

/** Name, photo and address of an item that does not state them, where its markup leaves no doubt. */
export function implied(
  element: Element,
  item: Stated,
  isRoot: (element: Element) => boolean,
): readonly (readonly [string, PlainValue])[] {
  const found: (readonly [string, PlainValue])[] = [];
  const { stated, properties, nested, base } = item;
  if (!properties.has("name") && !stated.has("p") && !stated.has("e") && !nested) {
    found.push(["name", impliedName(element, isRoot, base)]);
  }
  if (stated.has("u") || nested) return found;
  const photo = properties.has("photo") ? null : impliedPhoto(element, isRoot, base);
  if (photo !== null) found.push(["photo", photo]);
  const url = properties.has("url") ? null : impliedUrl(element, isRoot);
  if (url !== null) found.push(["url", resolveUrl(url, base)]);
  return found;
}

function impliedName(element: Element, isRoot: (element: Element) => boolean, base: string): string {
  const own = ownName(element);
  if (own !== null) return own;
  const child = onlyChild(element, (one) => !isRoot(one));
  const childName = child === null ? null : ownName(child);
  if (childName !== null && childName !== "") return childName;
  const grandchild = child === null ? null : onlyChild(child, (one) => !isRoot(one));
  const grandName = grandchild === null ? null : ownName(grandchild);
  if (grandName !== null && grandName !== "") return grandName;
  return plainText(element, base, "alt");
}

function ownName(element: Element): string | null {
  if (element.name === "img" || element.name === "area") return attribute(element, "alt");
  return element.name === "abbr" ? attribute(element, "title") : null;
}

function impliedPhoto(element: Element, isRoot: (element: Element) => boolean, base: string): PlainValue | null {
  return (
    photoOf(element, base) ??
    ofTypes(element, ["img", "object"], isRoot, (one) => photoOf(one, base)) ??
    below(element, isRoot, (child) => ofTypes(child, ["img", "object"], isRoot, (one) => photoOf(one, base)))
  );
}

function photoOf(element: Element, base: string): PlainValue | null {
  const link =
    element.name === "img" ? attribute(element, "src") : element.name === "object" ? attribute(element, "data") : null;
  if (link === null) return null;
  const value = resolveUrl(link, base);
  const alt = element.name === "img" ? attribute(element, "alt") : null;
  return alt === null ? value : { value, alt };
}

function impliedUrl(element: Element, isRoot: (element: Element) => boolean): string | null {
  const link = (one: Element): string | null =>
    one.name === "a" || one.name === "area" ? attribute(one, "href") : null;
  return (
    link(element) ??
    ofTypes(element, ["a", "area"], isRoot, link) ??
    below(element, isRoot, (child) => ofTypes(child, ["a", "area"], isRoot, link))
  );
}

function ofTypes<T>(
  element: Element,
  names: readonly string[],
  isRoot: (element: Element) => boolean,
  take: (element: Element) => T | null,
): T | null {
  for (const name of names) {
    const only = onlyOfType(element, name);
    const taken = only === null || isRoot(only) ? null : take(only);
    if (taken !== null) return taken;
  }
  return null;
}

function below<T>(
  element: Element,
  isRoot: (element: Element) => boolean,
  take: (child: Element) => T | null,
): T | null {
  const child = onlyChild(element, (one) => !isRoot(one));
  return child === null ? null : take(child);
}
