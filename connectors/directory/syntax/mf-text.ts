import { isText } from "domhandler";
import type { AnyNode, Element } from "domhandler";
import { attribute, isElement, resolveUrl } from "./dom.ts";
import { serialise } from "./serialise.ts";

const LINKS = new Set(["href", "src", "cite", "data", "poster", "action", "longdesc"]);
const HIDDEN = new Set(["script", "style", "template"]);

/**
 * Text of an element as microformats take it: without scripts and styles, images as their `alt`, or as their address
 * where `images` is "alt or src".
 */
export function plainText(node: AnyNode, base: string, images: "alt" | "alt or src" = "alt or src"): string {
  return collect(node, base, images).replace(/^[\t\n\f\r ]+|[\t\n\f\r ]+$/g, "");
}

function collect(node: AnyNode, base: string, images: "alt" | "alt or src"): string {
  if (isText(node)) return node.data;
  if (!isElement(node)) return "";
  if (HIDDEN.has(node.name)) return "";
  if (node.name === "img") {
    const alt = attribute(node, "alt");
    if (alt !== null) return alt;
    const src = attribute(node, "src");
    return src === null || images === "alt" ? "" : ` ${resolveUrl(src, base)} `;
  }
  return node.children.map((child) => collect(child, base, images)).join("");
}

/** The markup inside an element, links made absolute. */
export function innerMarkup(element: Element, base: string): string {
  const value = (_element: Element, name: string, text: string): string =>
    LINKS.has(name) && base !== "" ? resolveUrl(text, base) : text;
  return serialise(element.children, value).trim();
}
