import { isComment, isText } from "domhandler";
import type { AnyNode, Element } from "domhandler";
import { isElement } from "./dom.ts";

const VOID = new Set("area base br col embed hr img input link meta param source track wbr".split(" "));
const RAW = new Set(["script", "style", "xmp", "iframe", "noembed", "noframes", "plaintext"]);

/** Nodes as HTML text, by the standard's own rules for writing. `value` may change attributes on the way. */
export function serialise(
  nodes: readonly AnyNode[],
  value: (element: Element, name: string, text: string) => string = (_element, _name, text) => text,
): string {
  return nodes.map((node) => write(node, value)).join("");
}

function write(node: AnyNode, value: (element: Element, name: string, text: string) => string): string {
  if (isText(node)) {
    const raw = node.parent !== null && isElement(node.parent) && RAW.has(node.parent.name);
    return raw ? node.data : escapeText(node.data);
  }
  if (isComment(node)) return `<!--${node.data}-->`;
  if (!isElement(node)) return "";
  const attributes = Object.entries(node.attribs)
    .map(([name, text]) => ` ${name}="${escapeAttribute(value(node, name, text))}"`)
    .join("");
  if (VOID.has(node.name)) return `<${node.name}${attributes}>`;
  return `<${node.name}${attributes}>${serialise(node.children, value)}</${node.name}>`;
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("\u00a0", "&nbsp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function escapeAttribute(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("\u00a0", "&nbsp;").replaceAll('"', "&quot;");
}
