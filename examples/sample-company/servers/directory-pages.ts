import type { Listing, Page, Site } from "../world/listings.ts";

const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

function jsonLd(site: Site, listings: readonly Listing[]): string {
  const graph = listings.map((l) => ({
    "@type":
      l.category === "Hotel"
        ? "LodgingBusiness"
        : l.category === "Restaurant"
          ? ["Restaurant", "LocalBusiness"]
          : "LocalBusiness",
    "@id": `${site.publicUrl}/${l.id}`,
    identifier: l.id,
    ...(l.name === "" ? {} : { name: l.name }),
    ...(l.phone === "" ? {} : { telephone: l.phone }),
    ...(l.email === "" ? {} : { email: l.email }),
    ...(l.website === "" ? {} : { url: l.website }),
    address: {
      "@type": "PostalAddress",
      ...(l.street === "" ? {} : { streetAddress: l.street }),
      ...(l.town === "" ? {} : { addressLocality: l.town }),
      ...(l.parish === "" ? {} : { addressRegion: l.parish }),
      addressCountry: "JM",
    },
    geo: { "@type": "GeoCoordinates", latitude: l.at[0].toFixed(5), longitude: l.at[1].toFixed(5) },
    additionalType: l.category,
  }));
  const text = JSON.stringify({ "@context": "https://schema.org", "@graph": graph }, null, 1).replaceAll("</", "<\\/");
  const shown = listings.map((l) => `<li id="${l.id}">${escape(l.name)}</li>`).join("\n");
  return `<script type="application/ld+json">\n${text}\n</script>\n<ul class="results">\n${shown}\n</ul>`;
}

const prop = (tag: string, name: string, text: string): string =>
  text === "" ? "" : `<${tag} itemprop="${name}">${escape(text)}</${tag}>`;

function microdata(site: Site, listings: readonly Listing[]): string {
  return listings
    .map(
      (
        l,
      ) => `<div class="biz" itemscope itemtype="http://schema.org/LocalBusiness" itemid="${site.publicUrl}/${l.id}" id="${l.id}">
${prop("h3", "name", l.name)}
<meta itemprop="identifier" content="${l.id}">
<p itemprop="address" itemscope itemtype="http://schema.org/PostalAddress">${prop("span", "streetAddress", l.street)} ${prop("span", "addressLocality", l.town)} ${prop("span", "addressRegion", l.parish)} <meta itemprop="addressCountry" content="Jamaica"></p>
${l.phone === "" ? "" : `<p>Tel: <span itemprop="telephone">${escape(l.phone)}</span></p>`}
${l.email === "" ? "" : `<a itemprop="email" href="mailto:${escape(l.email)}">${escape(l.email)}</a>`}
${l.website === "" ? "" : `<a itemprop="url" href="${escape(l.website)}">web site</a>`}
<span class="kind">${escape(l.category)}</span>
</div>`,
    )
    .join("\n");
}

/** The markup of pages that lost their structured data; the selectors in the sample's configuration fit it. */
function plain(site: Site, listings: readonly Listing[]): string {
  return listings
    .map(
      (l) => `<article class="listing" data-listing-id="${l.id}">
<h3 class="listing-title"><a href="${site.publicUrl}/${l.id}">${escape(l.name)}</a></h3>
<div class="listing-phone">${escape(l.phone)}</div>
<div class="listing-address">${escape([l.street, l.town, l.parish].filter((t) => t !== "").join(", "))}</div>
<div class="listing-email">${escape(l.email)}</div>
<div class="listing-category">${escape(l.category)}</div>
</article>`,
    )
    .join("\n");
}

/** CSS selectors for the pages without structured data. */
export const PLAIN_SELECTORS = {
  version: "2026-06",
  item: "article.listing",
  id: "@data-listing-id",
  name: ".listing-title",
  url: ".listing-title a@href",
  phone: ".listing-phone",
  address: ".listing-address",
  email: ".listing-email",
  category: ".listing-category",
};

function frame(site: Site, title: string, head: string, body: string): string {
  return `<!doctype html>
<html lang="en-JM"><head><meta charset="utf-8"><title>${escape(title)} | ${escape(site.title)}</title>${head}</head>
<body><header><a href="/">${escape(site.title)}</a></header>
<main><h1>${escape(title)}</h1>
${body}
</main><footer>${escape(site.title)}, Kingston, Jamaica</footer></body></html>
`;
}

/** True when a page is gone on a day. */
export function isGone(page: Page, day: number): boolean {
  return page.goneFrom !== null && page.goneFrom <= day;
}

/** The start page with links to all pages, and to one that robots.txt forbids. */
export function homePage(site: Site, day: number): string {
  const links = site.pages
    .filter((p) => !isGone(p, day))
    .map((p) => `<li><a href="${p.path}">${escape(p.title)}</a></li>`);
  links.push(`<li><a href="${site.disallowed}owners">Owners' area</a></li>`);
  return frame(site, "All categories", "", `<ul>\n${links.join("\n")}\n</ul>`);
}

/** A page of listings on a day. */
export function listingPage(site: Site, page: Page, day: number): string {
  const changed = page.plainFrom !== null && page.plainFrom <= day;
  const body = changed
    ? plain(site, page.listings)
    : site.markup === "json-ld"
      ? jsonLd(site, page.listings)
      : microdata(site, page.listings);
  return frame(site, page.title, page.noindex ? '<meta name="robots" content="noindex,nofollow">' : "", body);
}

/** When a page last changed: its own date, or the day on which its markup changed. */
export function changedOn(page: Page, day: number): number {
  return page.plainFrom !== null && page.plainFrom <= day ? Math.max(page.lastmod, page.plainFrom) : page.lastmod;
}
