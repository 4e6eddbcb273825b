import { contentHash } from "#core";
import type { C360Error, ConnectorContext, ConnectorMessage } from "#core";
import { C360Error as Failure } from "#core";
import { checkpoint, deletion, notice, observed, upsert } from "../define.ts";
import type { StreamReader } from "../define.ts";
import type { HttpResponse } from "../http-transport.ts";
import type { RobotsVerdict } from "../robots.ts";
import type { SiteClient } from "./client.ts";
import { parsePage } from "./parse.ts";
import type { Listing, ParsedPage } from "./parse.ts";
import type { DirectorySettings } from "./settings.ts";
import { parseSitemap } from "./sitemap.ts";
import type { DirectoryState, PageState } from "./state.ts";

const STREAM = "listings";
const DAY_MS = 86_400_000;
/** Index pages without listings are followed this deep. */
const MAX_DEPTH = 3;

interface Crawl {
  readonly client: SiteClient;
  readonly settings: DirectorySettings;
  readonly context: ConnectorContext;
  readonly before: DirectoryState;
  /** Pages as they are now; pages that were not reached keep what they had. */
  readonly pages: Map<string, PageState>;
  /** Listings seen in this run, so that each is emitted once. */
  readonly seen: Set<string>;
  readonly lastmod: Map<string, string | null>;
  /** Pages whose content is known to be current. */
  readonly current: Set<string>;
  broken: number;
  good: number;
  failure: C360Error | null;
  failuresInRow: number;
}

/** Reads the listings of a site. Deletes are told one by one, never by absence: pages can fail singly. */
export async function* crawlSite(
  client: SiteClient,
  settings: DirectorySettings,
  context: ConnectorContext,
  state: DirectoryState | null,
): StreamReader {
  const before = state ?? { v: 1, pages: {}, blockedUntil: null };
  const host = new URL(settings.start_urls[0] ?? "").host;
  if (before.blockedUntil !== null && Date.parse(before.blockedUntil) > context.clock.now()) {
    yield notice(STREAM, "blocked", "warning", `The host is left alone until ${before.blockedUntil}.`, host);
    throw new Failure("SITE_BLOCKED", { host });
  }
  const crawl: Crawl = {
    client,
    settings,
    context,
    before,
    pages: new Map(Object.entries(before.pages)),
    seen: new Set(),
    lastmod: new Map(),
    current: new Set(),
    broken: 0,
    good: 0,
    failure: null,
    failuresInRow: 0,
  };
  try {
    await readSitemaps(crawl);
    if (isUnchanged(crawl)) {
      yield notice(STREAM, "not_modified", "info", "The sitemap tells of no change since the last read.", host);
      return { snapshot: false, outcome: "complete" };
    }
    yield* visitAll(crawl);
  } catch (error) {
    if (error instanceof Failure && error.code === "SITE_BLOCKED") yield* blocked(crawl, error, host);
    throw error;
  }
  yield* oddMarkup(crawl);
  yield* vanished(crawl);
  yield checkpoint(STREAM, stateOf(crawl, null));
  const trouble = crawl.broken > 0 ? new Failure("PARSER_BROKEN", { host }) : crawl.failure;
  if (trouble === null) return { snapshot: false, outcome: "complete" };
  if (crawl.good === 0) throw trouble;
  return { snapshot: false, outcome: "partial", error: trouble };
}

function stateOf(crawl: Crawl, blockedUntil: string | null): DirectoryState {
  const pages = Object.fromEntries([...crawl.pages].sort(([a], [b]) => (a < b ? -1 : 1)));
  return { v: 1, pages, blockedUntil };
}

function* blocked(crawl: Crawl, error: C360Error, host: string): Generator<ConnectorMessage, void, void> {
  const until = new Date(crawl.context.clock.now() + DAY_MS).toISOString();
  yield notice(STREAM, "blocked", "warning", error.message, host);
  yield checkpoint(STREAM, stateOf(crawl, until));
}

async function readSitemaps(crawl: Crawl): Promise<void> {
  const { client, settings } = crawl;
  const robots = await client.robots(settings.start_urls[0] ?? "");
  const todo = robots.sitemaps.filter((url) => client.allowed(url)).slice(0, 5);
  for (let at = 0; at < todo.length && at < 10; at += 1) {
    const url = todo[at] ?? "";
    if (!(await client.verdict(url)).allowed) continue;
    const response = await client.get(url);
    if (response.status !== 200) continue;
    const { pages, maps } = parseSitemap(response.body.toString("utf8"));
    for (const page of pages)
      if (client.allowed(page.url) && inScope(settings, page.url)) crawl.lastmod.set(page.url, page.lastmod);
    todo.push(...maps.filter((map) => client.allowed(map)));
  }
}

/** A page belongs to a start URL when it lies in its folder. */
function inScope(settings: DirectorySettings, url: string): boolean {
  return settings.start_urls.some((start) => {
    const folder = new URL(start).pathname.replace(/[^/]*$/, "");
    return new URL(url).origin === new URL(start).origin && new URL(url).pathname.startsWith(folder);
  });
}

/** A dated sitemap settles an unchanged night: every page that is known or named carries the date it was read with. */
function isUnchanged(crawl: Crawl): boolean {
  const known = Object.entries(crawl.before.pages);
  if (known.length === 0 || crawl.lastmod.size === 0) return false;
  return (
    known.every(([url, page]) => page.lastmod !== null && crawl.lastmod.get(url) === page.lastmod) &&
    [...crawl.lastmod].every(([url, lastmod]) => lastmod !== null && crawl.before.pages[url] !== undefined)
  );
}

async function* visitAll(crawl: Crawl): AsyncGenerator<ConnectorMessage, void, void> {
  const queue = [
    ...new Set([...crawl.settings.start_urls, ...crawl.lastmod.keys(), ...Object.keys(crawl.before.pages)]),
  ].map((url) => ({ url, depth: 0 }));
  const planned = new Set(queue.map(({ url }) => url));
  for (let at = 0; at < queue.length && at < crawl.settings.max_pages; at += 1) {
    const { url, depth } = queue[at] ?? { url: "", depth: 0 };
    const found = yield* visitOrSkip(crawl, url);
    const follow =
      depth < MAX_DEPTH && found.method === null && !found.noindex ? [...found.next, ...found.links] : found.next;
    for (const link of follow) {
      if (planned.has(link) || !crawl.client.allowed(link) || !inScope(crawl.settings, link)) continue;
      planned.add(link);
      queue.push({ url: link, depth: depth + 1 });
    }
    yield { type: "progress", stream: STREAM, done: at + 1, total: queue.length };
  }
}

type Found = Pick<ParsedPage, "method" | "noindex" | "next" | "links">;
const NOTHING: Found = { method: "known", noindex: false, next: [], links: [] };

/** A page that fails stops no other page; several in a row stop the site. */
async function* visitOrSkip(crawl: Crawl, url: string): AsyncGenerator<ConnectorMessage, Found, void> {
  try {
    const found = yield* visit(crawl, url);
    crawl.failuresInRow = 0;
    return found;
  } catch (error) {
    if (!(error instanceof Failure) || error.code === "SITE_BLOCKED" || crawl.failuresInRow >= 2) throw error;
    crawl.failuresInRow += 1;
    crawl.failure = error;
    return NOTHING;
  }
}

async function* visit(crawl: Crawl, url: string): AsyncGenerator<ConnectorMessage, Found, void> {
  const { client } = crawl;
  const known = crawl.before.pages[url];
  const lastmod = crawl.lastmod.get(url) ?? null;
  const verdict = await client.verdict(url);
  if (!verdict.allowed) {
    const message = `robots.txt does not allow it: ${verdict.rule?.text ?? "everything is forbidden"}`;
    yield notice(STREAM, "robots_disallowed", "info", message, url);
    return NOTHING;
  }
  if (known !== undefined && lastmod !== null && known.lastmod === lastmod) {
    markCurrent(crawl, url, known);
    return { ...NOTHING, next: known.next };
  }
  // What scripts fetch can change while the page that holds them does not.
  const scripted = crawl.settings.render !== "never";
  const response = await client.get(url, conditions(scripted ? undefined : known));
  if (response.status === 304 && known !== undefined) {
    crawl.pages.set(url, { ...known, lastmod });
    markCurrent(crawl, url, known);
    return { ...NOTHING, next: known.next };
  }
  if (response.status === 404 || response.status === 410) {
    yield notice(STREAM, "page_gone", "warning", "The page is gone.", url);
    crawl.pages.delete(url);
    crawl.current.add(url);
    return NOTHING;
  }
  return yield* take(crawl, url, await pageOf(crawl, url, response), { response, verdict, lastmod });
}

const UTF8 = { "content-type": "text/html; charset=utf-8" };

/** The page as it was sent, or as its scripts made it where that is asked for. */
async function pageOf(crawl: Crawl, url: string, response: HttpResponse): Promise<ParsedPage> {
  const { selectors, render } = crawl.settings;
  const sent = parsePage(response, selectors);
  const scripts = /<script\b(?![^>]*ld\+json)/i.test(response.body.toString("latin1"));
  const wanted = render === "always" || (render === "empty" && sent.listings.length === 0);
  if (!wanted || !scripts || sent.noindex) return sent;
  return parsePage({ ...response, headers: UTF8, body: await crawl.client.render(url) }, selectors);
}

/** What a page that was fetched gives: its listings, or a notice that it gives none any more. */
async function* take(
  crawl: Crawl,
  url: string,
  page: ParsedPage,
  about: { readonly response: HttpResponse; readonly verdict: RobotsVerdict; readonly lastmod: string | null },
): AsyncGenerator<ConnectorMessage, Found, void> {
  const known = crawl.before.pages[url];
  const hadListings = known !== undefined && Object.keys(known.listings).length > 0;
  if (hadListings && page.listings.length === 0 && !page.noindex) {
    crawl.broken += 1;
    const message = "The page gave facts before and gives none now; nothing was deleted.";
    yield notice(STREAM, "parser_broken", "warning", message, url);
    return NOTHING;
  }
  if (hadListings && known.method !== null && page.method !== known.method && page.method !== null) {
    const message = `The facts come from ${page.method} now; before from ${known.method}.`;
    yield notice(STREAM, "markup_changed", "warning", message, url);
  }
  crawl.good += 1;
  const versions = yield* emit(crawl, url, page, about.verdict);
  crawl.pages.set(url, {
    etag: about.response.headers["etag"] ?? null,
    lastModified: about.response.headers["last-modified"] ?? null,
    lastmod: about.lastmod,
    method: page.method,
    listings: versions,
    next: [...page.next],
  });
  crawl.current.add(url);
  yield checkpoint(STREAM, withoutLoss(crawl));
  return page;
}

/** State in the middle of a run: listings that vanished from a page are still remembered, so that they can be deleted. */
function withoutLoss(crawl: Crawl): DirectoryState {
  const state = stateOf(crawl, null);
  const pages = { ...state.pages };
  for (const [url, before] of Object.entries(crawl.before.pages)) {
    const now = pages[url];
    const gone = now === undefined || Object.keys(before.listings).some((id) => now.listings[id] === undefined);
    if (gone) pages[url] = before;
  }
  return { ...state, pages };
}

function markCurrent(crawl: Crawl, url: string, known: PageState): void {
  crawl.current.add(url);
  crawl.good += 1;
  for (const id of Object.keys(known.listings)) crawl.seen.add(id);
}

function conditions(known: PageState | undefined): Record<string, string> {
  const headers: Record<string, string> = { accept: "text/html,application/xhtml+xml" };
  if (known?.etag !== undefined && known.etag !== null) headers["if-none-match"] = known.etag;
  if (known?.lastModified !== undefined && known.lastModified !== null)
    headers["if-modified-since"] = known.lastModified;
  return headers;
}

function* emit(
  crawl: Crawl,
  url: string,
  page: ParsedPage,
  verdict: RobotsVerdict,
): Generator<ConnectorMessage, Record<string, string>, void> {
  const { clock } = crawl.context;
  const { settings } = crawl;
  const observedAt = observed(clock);
  const provenance = {
    url,
    robotsVerdict: `allowed: ${verdict.rule?.text ?? "no rule"}`,
    termsPolicy: settings.terms_policy,
    lawfulBasis: settings.lawful_basis,
    expires: new Date(clock.now() + settings.retention_days * DAY_MS).toISOString().slice(0, 10),
  };
  const versions: Record<string, string> = {};
  for (const listing of page.noindex ? withoutFacts(page, url) : page.listings) {
    const version = contentHash(listing.raw).slice(0, 16);
    versions[listing.id] = version;
    if (crawl.seen.has(listing.id)) continue;
    crawl.seen.add(listing.id);
    if (versionBefore(crawl.before, listing.id) === version) continue;
    yield upsert(STREAM, listing.id, listing.raw, { observedAt, version, provenance });
  }
  return versions;
}

/** A page that asks not to be stored leaves only the fact that it was there. */
function withoutFacts(page: ParsedPage, url: string): readonly Listing[] {
  const ids =
    page.listings.length === 0
      ? [url]
      : page.listings.map(({ id }) => (URL.canParse(id) ? id : `${url}#${contentHash(id).slice(0, 8)}`));
  return ids.map((id) => ({ id, raw: { __noindex: true, url } }));
}

function versionBefore(before: DirectoryState, id: string): string | undefined {
  for (const page of Object.values(before.pages)) if (page.listings[id] !== undefined) return page.listings[id];
  return undefined;
}

/** Pages seen for the first time that need selectors although others of the site carry structured data. */
function* oddMarkup(crawl: Crawl): Generator<ConnectorMessage, void, void> {
  const pages = [...crawl.pages];
  if (!pages.some(([, page]) => page.method === "jsonld" || page.method === "microdata")) return;
  for (const [url, page] of pages) {
    if (crawl.before.pages[url] !== undefined || page.method?.startsWith("selectors:") !== true) continue;
    yield notice(
      STREAM,
      "markup_changed",
      "warning",
      `The page has no structured data as others have; ${page.method} was used.`,
      url,
    );
  }
}

/** A listing is gone when no page has it and every page that had it is known to be current. */
function* vanished(crawl: Crawl): Generator<ConnectorMessage, void, void> {
  const holders = new Map<string, string[]>();
  for (const [url, page] of Object.entries(crawl.before.pages)) {
    for (const id of Object.keys(page.listings)) holders.set(id, [...(holders.get(id) ?? []), url]);
  }
  const observedAt = observed(crawl.context.clock);
  for (const [id, urls] of [...holders].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (crawl.seen.has(id) || !urls.every((url) => crawl.current.has(url))) continue;
    yield deletion(STREAM, id, { observedAt, version: `gone ${observedAt}` });
  }
}
