import { createRequire } from "node:module";
import type * as Cheerio from "cheerio";
import type { CheerioAPI } from "cheerio";

/** Elements inside elements that are kept; browsers stop at about as many, and what builds trees slows with depth. */
const MAX_NESTING = 500;
const RAW = new Set(["script", "style", "textarea", "title", "xmp", "noscript"]);
/** Elements that end by themselves, or have no inside: they say nothing about depth. */
const FLAT = new Set(
  (
    "area base br col embed hr img input link meta param source track wbr html head body " +
    "p li dt dd td th tr thead tbody tfoot option optgroup rp rt colgroup caption"
  ).split(" "),
);

const CONTAINERS = new Set(
  (
    "a abbr address article aside b big blockquote button center cite code del details div dl em fieldset figure font " +
    "footer form h1 h2 h3 h4 h5 h6 header i ins label main nav object ol pre s section small span strong sub summary " +
    "sup table u ul svg math"
  ).split(" "),
);

/** Parses a page. Markup that nests beyond all reason is flattened first, so that no page takes more than its length. */
export function loadPage(html: string): CheerioAPI {
  return parser().load(flattened(html));
}

let loaded: typeof Cheerio | null = null;

/** Loaded with the first page: its two hundred modules would make every command start later. */
function parser(): typeof Cheerio {
  loaded ??= createRequire(import.meta.url)("cheerio") as typeof Cheerio;
  return loaded;
}

/** `<path/>` inside a drawing ends itself; `<div/>` does not, whatever its writer thought. */
function endsItself(html: string, end: number, name: string): boolean {
  return html[end - 1] === "/" && !CONTAINERS.has(name);
}

const NO_TAG = { name: "", closes: false };

function tagAt(lower: string, at: number): { readonly name: string; readonly closes: boolean } {
  const found = /^<(\/?)([a-z][^\s/>]{0,40})/.exec(lower.slice(at, at + 44));
  return found === null ? NO_TAG : { name: found[2] ?? "", closes: found[1] === "/" };
}

function nests(name: string): boolean {
  return name !== "" && !RAW.has(name) && !FLAT.has(name);
}

/** One pass over the text, whatever is in it: nothing is looked for twice. */
function flattened(html: string): string {
  const lower = html.toLowerCase();
  const kept: string[] = [];
  let copied = 0;
  let depth = 0;
  let dropped = 0;
  for (let at = html.indexOf("<"); at >= 0; at = html.indexOf("<", at)) {
    const comment = html.startsWith("<!--", at);
    const end = comment ? html.indexOf("-->", at + 4) : html.indexOf(">", at + 1);
    if (end < 0) break;
    const { name, closes } = comment ? NO_TAG : tagAt(lower, at);
    let next = end + 1;
    if (!closes && RAW.has(name)) {
      next = lower.indexOf(`</${name}`, next);
      if (next < 0) break;
    } else if (nests(name) && !endsItself(html, end, name)) {
      const drop = closes ? dropped > 0 : depth >= MAX_NESTING;
      if (drop) {
        kept.push(html.slice(copied, at));
        copied = next;
        dropped += closes ? -1 : 1;
      } else depth = Math.max(0, depth + (closes ? -1 : 1));
    }
    at = next;
  }
  return copied === 0 ? html : kept.join("") + html.slice(copied);
}
