import type { CheerioAPI } from "cheerio";

/** JSON-LD of a page, block by block; lists are taken apart. Broken blocks are mended where that is safe. */
export function jsonLdOf($: CheerioAPI): readonly unknown[] {
  const items: unknown[] = [];
  $('script[type*="ld+json" i]').each((_, element) => {
    const parsed = parseLoose($(element).text());
    if (Array.isArray(parsed)) items.push(...(parsed as unknown[]));
    else if (parsed !== undefined && parsed !== null) items.push(parsed);
  });
  return items;
}

/** JSON with the faults that pages have: comments, trailing commas, control characters, HTML comment marks, entities. */
export function parseLoose(text: string): unknown {
  const bare = text
    .replace(/^\ufeff?\s*(<!--|\/\*\s*<!\[CDATA\[\s*\*\/|\/\/\s*<!\[CDATA\[|<!\[CDATA\[)/, "")
    .replace(/(-->|\/\*\s*\]\]>\s*\*\/|\/\/\s*\]\]>|\]\]>)\s*$/, "");
  const attempts = [
    () => bare,
    () => mended(bare),
    () => mended(bare.replaceAll("&quot;", '"').replaceAll("&#34;", '"').replaceAll("&amp;", "&")),
  ];
  for (const attempt of attempts) {
    try {
      return JSON.parse(attempt()) as unknown;
    } catch {
      // The next attempt mends more.
    }
  }
  return undefined;
}

const STRING_OR_COMMENT = /"(?:[^"\\]|\\[\s\S])*"|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
const STRING_OR_COMMA = /"(?:[^"\\]|\\[\s\S])*"|,(?=\s*[}\]])/g;

function mended(text: string): string {
  return text
    .replace(STRING_OR_COMMENT, (part) => (part.startsWith('"') ? escapeControls(part) : ""))
    .replace(STRING_OR_COMMA, (part) => (part === "," ? "" : part))
    .trim()
    .replace(/;$/, "");
}

/** Line breaks and other control characters inside a text, written as JSON wants them. */
function escapeControls(part: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return part.replace(/[\u0000-\u001f]/g, (char) => JSON.stringify(char).slice(1, -1));
}
