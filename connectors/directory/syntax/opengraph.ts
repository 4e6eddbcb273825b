import type { CheerioAPI } from "cheerio";
import { attribute, rootOf, descendants } from "./dom.ts";

/** Properties in the order in which the page has them, and the vocabularies of their prefixes. */
export interface OpenGraph {
  readonly namespace: Readonly<Record<string, string>>;
  readonly properties: readonly (readonly [string, string])[];
}

/** Vocabularies that need no declaration. */
const KNOWN: Readonly<Record<string, string>> = {
  og: "http://ogp.me/ns#",
  music: "http://ogp.me/ns/music#",
  video: "http://ogp.me/ns/video#",
  article: "http://ogp.me/ns/article#",
  book: "http://ogp.me/ns/book#",
  profile: "http://ogp.me/ns/profile#",
};

const DECLARED = /\s*(\w+):\s*(\S+)/g;

/** The Open Graph of a page, one entry; none where it has no such properties. */
export function openGraphOf($: CheerioAPI): readonly OpenGraph[] {
  const namespace: Record<string, string> = {};
  const declared: Record<string, string> = {};
  const heads: string[] = [];
  for (const element of descendants(rootOf($))) {
    if (element.name === "html" || element.name === "head") {
      heads.push(attribute(element, "prefix") ?? "");
    }
  }
  for (const found of heads.join(" ").matchAll(DECLARED)) {
    if (found[1] !== undefined && found[2] !== undefined) declared[found[1]] = found[2];
  }
  Object.assign(namespace, declared);
  const known = { ...declared, ...KNOWN };
  const properties: [string, string][] = [];
  $("meta[property]").each((_, element) => {
    const name = attribute(element, "property") ?? "";
    const content = attribute(element, "content");
    const prefix = name.includes(":") ? name.slice(0, name.indexOf(":")) : "";
    const vocabulary = known[prefix];
    if (vocabulary === undefined || content === null) return;
    namespace[prefix] = vocabulary;
    properties.push([name, content]);
  });
  return properties.length === 0 ? [] : [{ namespace, properties }];
}
