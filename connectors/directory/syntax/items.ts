import { baseOf } from "./dom.ts";
import { jsonLdOf } from "./jsonld.ts";
import { microdataOf } from "./microdata.ts";
import { microformatsOf } from "./microformats.ts";
import { openGraphOf } from "./opengraph.ts";
import { rdfaOf } from "./rdfa.ts";
import { loadPage } from "./load.ts";

/** The syntaxes in which pages state facts, in the order in which they are believed. */
export const SYNTAXES = ["jsonld", "microdata", "rdfa", "microformats", "opengraph"] as const;

/** One of them. */
export type Syntax = (typeof SYNTAXES)[number];

/** Raw items of a page in one syntax, in the shape of that syntax's own tools; `url` may be empty. */
export function pageItems(html: string, url: string, syntax: Syntax): unknown {
  const $ = loadPage(html);
  const base = baseOf($, url);
  switch (syntax) {
    case "jsonld":
      return jsonLdOf($);
    case "microdata":
      return microdataOf($, base);
    case "rdfa":
      return rdfaOf($, base);
    case "microformats":
      return microformatsOf($, base);
    case "opengraph":
    default:
      return openGraphOf($);
  }
}
