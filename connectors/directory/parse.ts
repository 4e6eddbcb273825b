import type { CheerioAPI } from "cheerio";
import { sha256, slug } from "#core";
import type { HttpResponse } from "../http-transport.ts";
import type { SelectorSet } from "./settings.ts";
import { absolute, jsonLdItems, linkText, listedOf, microdataItems } from "./structured.ts";
import type { Item } from "./structured.ts";
import { microformatItems, openGraphItems, rdfaItems } from "./other-syntaxes.ts";
import { loadPage } from "./syntax/load.ts";

/** A business as a page lists it. */
export interface Listing {
  readonly id: string;
  readonly raw: Item;
}

/** What a page gave. */
export interface ParsedPage {
  readonly listings: readonly Listing[];
  /** The syntax (`jsonld`, `microdata`, ...), `selectors:<version>`, or null where nothing was found. */
  readonly method: string | null;
  readonly noindex: boolean;
  /** Next pages of the same list. */
  readonly next: readonly string[];
  /** All links of the page, absolute. */
  readonly links: readonly string[];
}

/** Reads a page: JSON-LD first, then the other syntaxes as they are trusted, then the configured selectors in order. */
export function parsePage(response: HttpResponse, selectors: readonly SelectorSet[]): ParsedPage {
  const $ = loadPage(decodeHtml(response));
  const base = absolute($("base[href]").attr("href") ?? "", response.url);
  const host = new URL(response.url).host;
  const found = firstOf([
    ["jsonld", () => listedOf(jsonLdItems($), host)],
    ["microdata", () => listedOf(microdataItems($, base), host)],
    ["rdfa", () => listedOf(rdfaItems($, base), host)],
    ["microformats", () => listedOf(microformatItems($, base), host)],
    ["opengraph", () => listedOf(openGraphItems($), host)],
    ...selectors.map((set) => [`selectors:${set.version}`, () => selected($, set, base)] as const),
  ]);
  const href = (selector: string): string[] =>
    $(selector)
      .toArray()
      .flatMap((element) => {
        const link = $(element).attr("href");
        return link === undefined || $(element).attr("rel")?.includes("nofollow") === true
          ? []
          : [cleanLink(link, base)];
      });
  const next = ['a[rel~="next"]', 'link[rel~="next"]', ...selectors.flatMap((set) => set.next ?? [])].flatMap(href);
  const ids = new Map<string, Listing>();
  for (const item of found.items) {
    const id = listingId(item, host, base);
    if (!ids.has(id)) ids.set(id, { id, raw: item });
  }
  return {
    listings: [...ids.values()],
    method: found.method,
    noindex: asksNoIndex($, response),
    next,
    links: href("a[href]"),
  };
}

function firstOf(attempts: readonly (readonly [string, () => readonly Item[]])[]): {
  readonly method: string | null;
  readonly items: readonly Item[];
} {
  for (const [method, attempt] of attempts) {
    const items = attempt();
    if (items.length > 0) return { method, items };
  }
  return { method: null, items: [] };
}

function cleanLink(link: string, base: string): string {
  return absolute(link, base).replace(/#.*$/s, "");
}

/** A page's text: by byte order mark, then header, then what the page says, else UTF-8. */
export function decodeHtml(response: Pick<HttpResponse, "body" | "headers">): string {
  const { body } = response;
  const marked =
    body[0] === 0xff && body[1] === 0xfe ? "utf-16le" : body[0] === 0xfe && body[1] === 0xff ? "utf-16be" : null;
  const header = /charset=["']?([\w-]+)/i.exec(response.headers["content-type"] ?? "")?.[1];
  const meta = /<meta[^>]+charset=["']?([\w-]+)/i.exec(body.subarray(0, 2048).toString("latin1"))?.[1];
  for (const encoding of [marked, header, meta]) {
    if (encoding === null || encoding === undefined) continue;
    try {
      return new TextDecoder(encoding).decode(body);
    } catch {
      // Not an encoding that is known: the next hint decides.
    }
  }
  return new TextDecoder("utf-8").decode(body);
}

/** A wish not to be stored, in the page or in its headers. */
function asksNoIndex($: CheerioAPI, response: HttpResponse): boolean {
  const header = response.headers["x-robots-tag"] ?? "";
  const metas = $('meta[name="robots" i], meta[name="googlebot" i]')
    .toArray()
    .map((element) => $(element).attr("content") ?? "");
  return [header, ...metas].some((text) => /(^|[\s,:])(noindex|none)([\s,]|$)/i.test(text));
}

/** Facts by configured selectors, in the shape of the structured ones. Obfuscated addresses are left alone. */
function selected($: CheerioAPI, set: SelectorSet, base: string): readonly Item[] {
  return $(set.item)
    .toArray()
    .flatMap((element): Item[] => {
      const facts: Record<string, string> = {};
      for (const [field, selector] of Object.entries(set)) {
        if (selector === undefined || ["version", "item", "next"].includes(field)) continue;
        const [path, attribute] = selector.split("@");
        const scope = path === undefined || path.trim() === "" ? $(element) : $(element).find(path).first();
        const link = scope.attr("href") ?? "";
        const text =
          attribute !== undefined
            ? (scope.attr(attribute) ?? "")
            : /^(tel|mailto):/.test(link)
              ? linkText(link, scope.text())
              : scope.text();
        const value = attribute === "href" ? cleanLink(text, base) : text.replace(/\s+/g, " ").trim();
        if (value !== "" && scope.length > 0) facts[field] = value;
      }
      return facts["name"] === undefined ? [] : [asItem(facts)];
    });
}

const NAMES: Readonly<Record<string, string>> = { phone: "telephone", website: "url" };
const ADDRESS: Readonly<Record<string, string>> = {
  street: "streetAddress",
  locality: "addressLocality",
  region: "addressRegion",
  postcode: "postalCode",
};

function asItem(facts: Readonly<Record<string, string>>): Item {
  const item: Record<string, unknown> = { "@type": "LocalBusiness" };
  const address: Record<string, string> = {};
  const id = facts["url"] ?? facts["id"];
  if (id !== undefined) item["@id"] = id;
  for (const [field, value] of Object.entries(facts)) {
    if (field === "url" || field === "id") continue;
    const part = ADDRESS[field];
    if (part === undefined) item[NAMES[field] ?? field] = value;
    else address[part] = value;
  }
  return Object.keys(address).length === 0 ? item : { ...item, address: { "@type": "PostalAddress", ...address } };
}

/** The id of a listing: its own, its page on the site, or its name with telephone or address. */
export function listingId(item: Item, host: string, base: string): string {
  const text = (value: unknown): string =>
    typeof value === "string" ? value : Array.isArray(value) ? text(value[0]) : "";
  const id = text(item["@id"]);
  if (id !== "" && !id.startsWith("_:")) return absolute(id, base);
  const url = text(item["url"]);
  const full = url === "" ? "" : absolute(url, base);
  if (URL.canParse(full) && new URL(full).host === host && !/^\/?$/.test(new URL(full).pathname) && full !== base)
    return full;
  const name = text(item["name"]) || text(item["legalName"]);
  const digits = text(item["telephone"]).replace(/\D/g, "");
  return `${slug(name)}-${digits === "" ? sha256(JSON.stringify(item["address"] ?? "")).slice(0, 8) : digits}`;
}

/** True for a page that asks for proof of being human instead of giving content: a block, not a page. */
export function isChallenge(response: HttpResponse): boolean {
  if (response.headers["cf-mitigated"] === "challenge") return true;
  const start = response.body.subarray(0, 30_000).toString("latin1");
  const strong =
    /cf-chl|cf_chl_|challenge-platform|<title>\s*(just a moment|attention required|access denied|please verify you are human)|_incapsula_resource|px-captcha|g-recaptcha|h-captcha|cf-turnstile/i.test(
      start,
    );
  const listings = /application\/ld\+json|itemtype=/i.test(start);
  return strong && !listings;
}
