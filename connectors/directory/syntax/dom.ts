import type { CheerioAPI } from "cheerio";
import { isDocument, isTag, isText } from "domhandler";
import type { AnyNode, Document, Element, ParentNode } from "domhandler";

/** The root of a parsed page. */
export function rootOf($: CheerioAPI): Document {
  return $.root().get(0) as Document;
}

/** True for an element of any kind, scripts and styles included. */
export function isElement(node: AnyNode | ParentNode | null): node is Element {
  return node !== null && isTag(node);
}

/** Children that are elements, in order. */
export function childElements(node: ParentNode): readonly Element[] {
  return node.children.filter((child): child is Element => isElement(child));
}

/** All elements below a node, in document order. */
export function descendants(node: ParentNode): readonly Element[] {
  const found: Element[] = [];
  // A stack of our own: pages can nest deeper than calls can.
  const todo: AnyNode[] = [...node.children].reverse();
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    if (!isElement(next)) continue;
    found.push(next);
    for (let at = next.children.length - 1; at >= 0; at -= 1) {
      const child = next.children[at];
      if (child !== undefined) todo.push(child);
    }
  }
  return found;
}

/** An attribute, or null where there is none. */
export function attribute(element: Element, name: string): string | null {
  return element.attribs[name] ?? null;
}

/** Words of an attribute, or none. */
export function words(element: Element, name: string): readonly string[] {
  return (element.attribs[name] ?? "").split(/[\t\n\f\r ]+/).filter((word) => word !== "");
}

/** Text of a node as the markup has it, without that of elements that `skip` names. */
export function textContent(node: AnyNode, skip: ReadonlySet<string> = NONE): string {
  const parts: string[] = [];
  const todo: AnyNode[] = [node];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    if (isText(next)) parts.push(next.data);
    else if (isElement(next) || isDocument(next)) {
      if (isElement(next) && skip.has(next.name)) continue;
      for (let at = next.children.length - 1; at >= 0; at -= 1) {
        const child = next.children[at];
        if (child !== undefined) todo.push(child);
      }
    }
  }
  return parts.join("");
}

const NONE: ReadonlySet<string> = new Set();
/** Elements whose text nobody reads on the page. */
export const UNSEEN: ReadonlySet<string> = new Set(["script", "style", "template"]);

/** A link made absolute against a base; the text itself where there is no base or it cannot be. */
export function resolveUrl(link: string, base: string): string {
  const clean = link.replace(/^[\t\n\f\r ]+|[\t\n\f\r ]+$/g, "");
  if (base === "") return clean;
  if (!URL.canParse(clean, base)) return clean;
  // An absolute link stays as it was written: nobody asked for a slash behind its host.
  if (/^[a-z][a-z0-9+.-]*:/i.test(clean)) return clean;
  return new URL(clean, base).href;
}

/** The address against which a page's links are read: its own `<base>`, or where it came from. */
export function baseOf($: CheerioAPI, url: string): string {
  const own = $("base[href]").attr("href");
  return own === undefined ? url : resolveUrl(own, url);
}

/** True below an element's depth that no honest page reaches; what lies deeper is left out. */
export const MAX_DEPTH = 600;
