import { createHash } from "node:crypto";
import { isoOf, millisOf } from "../world/calendar.ts";
import type { Site } from "../world/listings.ts";
import { changedOn, homePage, isGone, listingPage } from "./directory-pages.ts";
import { startVendor, type Answer, type Asked, type Vendor } from "./http.ts";
import { today, type Sample } from "./sample.ts";

const text = (status: number, type: string, body: string, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { "content-type": `${type}; charset=utf-8`, ...headers },
  body,
});

function robots(site: Site, host: string): string {
  return `# ${site.title}\nUser-agent: *\nCrawl-delay: 1\nDisallow: ${site.disallowed}\nAllow: /\n\nUser-agent: BadBot\nDisallow: /\n\nSitemap: http://${host}/sitemap.xml\n`;
}

function homeChanged(site: Site, day: number): number {
  const gone = site.pages.map((p) => (isGone(p, day) ? (p.goneFrom ?? 0) : 0));
  return Math.max(...gone, ...site.pages.map((p) => p.lastmod));
}

function sitemap(site: Site, host: string, day: number): string {
  const url = (path: string, on: number): string =>
    `<url><loc>http://${host}${path}</loc><lastmod>${isoOf(on)}</lastmod></url>`;
  const pages = site.pages.filter((p) => !isGone(p, day)).map((p) => url(p.path, changedOn(p, day)));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n${[url("/", homeChanged(site, day)), ...pages].join("\n")}\n</urlset>\n`;
}

/** A page with validators; 304 where the reader has it already. */
function conditional(asked: Asked, body: string, changed: number, extra: Record<string, string> = {}): Answer {
  const etag = `"${createHash("sha256").update(body).digest("hex").slice(0, 20)}"`;
  const modified = new Date(millisOf(changed, 300)).toUTCString();
  const headers = { etag, "last-modified": modified, "cache-control": "max-age=0", ...extra };
  const { "if-none-match": match, "if-modified-since": since } = asked.headers;
  const same =
    match === undefined ? since !== undefined && Date.parse(since) >= Date.parse(modified) : match.includes(etag);
  return same ? { status: 304, headers, body: "" } : text(200, "text/html", body, headers);
}

/** One directory site. */
export async function startDirectory(sample: Sample, site: Site, port: number): Promise<Vendor> {
  return startVendor(site.name, port, (asked) => {
    const day = today(sample);
    const host = asked.headers.host ?? "127.0.0.1";
    if (asked.path === "/robots.txt") return text(200, "text/plain", robots(site, host));
    if (asked.path === "/sitemap.xml") return text(200, "application/xml", sitemap(site, host, day));
    if (asked.path.startsWith(site.disallowed))
      return text(200, "text/html", "<h1>Owners' area</h1><p>Not for robots.</p>");
    if (asked.path === "/") return conditional(asked, homePage(site, day), homeChanged(site, day));
    const page = site.pages.find((p) => p.path === asked.path);
    if (page === undefined) return text(404, "text/html", "<h1>Not found</h1>");
    if (isGone(page, day)) return text(page.goneStatus, "text/html", "<h1>This page is gone</h1>");
    return conditional(
      asked,
      listingPage(site, page, day),
      changedOn(page, day),
      page.noindex ? { "x-robots-tag": "noindex" } : {},
    );
  });
}
