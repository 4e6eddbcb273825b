/** A page that a sitemap names. */
export interface SitemapEntry {
  readonly url: string;
  /** ISO text as given; null where the sitemap has no date for the page. */
  readonly lastmod: string | null;
}

/** Entries of a sitemap, or the sitemaps that an index names. Anything else gives nothing. */
export function parseSitemap(text: string): {
  readonly pages: readonly SitemapEntry[];
  readonly maps: readonly string[];
} {
  const clip = text.slice(0, 5_000_000);
  const blocks = (tag: string): string[] =>
    [...clip.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, "gi"))].map((m) => m[1] ?? "");
  const value = (block: string, tag: string): string | null => {
    const found = new RegExp(`<${tag}>\\s*(?:<!\\[CDATA\\[)?\\s*([^<\\]]*?)\\s*(?:\\]\\]>)?\\s*</${tag}>`, "i").exec(
      block,
    )?.[1];
    return found === undefined || found === "" ? null : unescapeXml(found);
  };
  const pages = blocks("url").flatMap((block) => {
    const url = value(block, "loc");
    return url === null ? [] : [{ url, lastmod: value(block, "lastmod") }];
  });
  return { pages, maps: blocks("sitemap").flatMap((block) => value(block, "loc") ?? []) };
}

function unescapeXml(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");
}
