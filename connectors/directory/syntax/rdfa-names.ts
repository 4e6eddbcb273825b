import type { Element } from "domhandler";
import { attribute, resolveUrl } from "./dom.ts";
import { RDFA_TERMS } from "./rdfa-context.ts";

/** Turns the short names of a page into addresses, by the vocabulary and prefixes that hold at an element. */
export interface Names {
  /** Names as they hold inside an element. */
  within(element: Element): Names;
  /** A name without a resource of its own. */
  blank(): string;
  /** An address, relative ones against the page's base. */
  iri(text: string): string;
  /** A resource: `[short:name]`, `short:name`, `_:label` or an address; null for an empty short name. */
  resource(text: string): string | null;
  /** A property or type; null where it is no name at all. */
  term(text: string): string | null;
  terms(texts: readonly string[]): readonly string[];
}

/** Names at the root of a page. */
export function createNames(prefixes: Readonly<Record<string, string>>, base: string, make: () => string): Names {
  const labels = new Map<string, string>();
  const blankOf = (label: string): string => {
    const known = labels.get(label) ?? make();
    labels.set(label, known);
    return known;
  };
  const at = (known: Readonly<Record<string, string>>, vocab: string): Names => {
    const short = (text: string): string | null => {
      const colon = text.indexOf(":");
      if (colon < 0) return null;
      const prefix = text.slice(0, colon);
      const rest = text.slice(colon + 1);
      if (prefix === "_") return blankOf(rest);
      if (rest.startsWith("//")) return null;
      if (prefix === "") return `http://www.w3.org/1999/xhtml/vocab#${rest}`;
      const vocabulary = known[prefix.toLowerCase()] ?? known[prefix];
      return vocabulary === undefined ? null : vocabulary + rest;
    };
    const iri = (text: string): string => (text === "" ? base : resolveUrl(text, base));
    const term = (text: string): string | null => {
      if (/^[A-Za-z_][\w./-]*$/.test(text) && !text.includes(":")) {
        if (vocab !== "") return vocab + text;
        return RDFA_TERMS[text.toLowerCase()] ?? null;
      }
      return short(text) ?? (/^[A-Za-z][\w+.-]*:/.test(text) ? text : null);
    };
    return {
      within: (element) => {
        const own = attribute(element, "vocab");
        const added = prefixesOf(element);
        if (own === null && added === null) return at(known, vocab);
        return at(added === null ? known : { ...known, ...added }, own === null ? vocab : iriOrEmpty(own, iri));
      },
      blank: make,
      iri,
      resource: (text) => {
        const safe = /^\s*\[(.*)\]\s*$/.exec(text);
        if (safe !== null) return short((safe[1] ?? "").trim());
        return short(text.trim()) ?? iri(text);
      },
      term,
      terms: (texts) => texts.flatMap((text) => term(text) ?? []),
    };
  };
  return at(prefixes, "");
}

function iriOrEmpty(text: string, iri: (text: string) => string): string {
  if (text.trim() === "") return "";
  const found = iri(text.trim());
  // A very common slip, which would make one word of vocabulary and name.
  return /^https?:\/\/schema\.org$/i.test(found) ? `${found}/` : found;
}

/** Prefixes of `xmlns:` and `prefix`; the latter wins. Null where the element declares none. */
function prefixesOf(element: Element): Readonly<Record<string, string>> | null {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(element.attribs)) {
    if (name.startsWith("xmlns:")) found[name.slice(6).toLowerCase()] = value.trim();
  }
  for (const pair of (attribute(element, "prefix") ?? "").matchAll(/([^\s:]+):\s+(\S+)/g)) {
    const [, prefix, vocabulary] = pair;
    if (prefix !== undefined && vocabulary !== undefined && prefix !== "_") found[prefix.toLowerCase()] = vocabulary;
  }
  return Object.keys(found).length === 0 ? null : found;
}
