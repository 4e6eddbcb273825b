/** One rule of a robots.txt. */
export interface RobotsRule {
  readonly allow: boolean;
  /** Normalised pattern. */
  readonly pattern: string;
  /** 1-based line. */
  readonly line: number;
  /** The line as written. */
  readonly text: string;
}

/** Whether a URL may be fetched, and the line that decided. */
export interface RobotsVerdict {
  readonly allowed: boolean;
  /** The deciding line as written; null where no rule matches. */
  readonly rule: RobotsRule | null;
}

/** A parsed robots.txt (RFC 9309). */
export interface Robots {
  /** Verdict for a product token (`Customer360`) and a URL. `/robots.txt` itself is always allowed. */
  verdict(agent: string, url: string): RobotsVerdict;
  /** Seconds between requests that the site asks for; null where it does not. */
  crawlDelay(agent: string): number | null;
  readonly sitemaps: readonly string[];
}

/** Bytes that are parsed; the rest is left unread, as the standard allows. */
const MAX_BYTES = 512 * 1024;

interface Group {
  readonly agents: string[];
  readonly rules: RobotsRule[];
  delay: number | null;
}

/** Parses a robots.txt. Anything can be parsed: lines that are no rules are passed over. */
export function parseRobots(content: string): Robots {
  const groups: Group[] = [];
  const sitemaps: string[] = [];
  let group: Group | null = null;
  let collectsAgents = false;
  const lines = content
    .slice(0, MAX_BYTES)
    .replace(/^\ufeff/, "")
    .split(/\r\n|\n|\r/);
  for (const [index, text] of lines.entries()) {
    const parsed = parseLine(text);
    if (parsed === null) continue;
    const { key, value } = parsed;
    if (key === "user-agent") {
      if (group === null || !collectsAgents) {
        group = { agents: [], rules: [], delay: null };
        groups.push(group);
      }
      collectsAgents = true;
      group.agents.push(value);
    } else if (key === "allow" || key === "disallow") {
      collectsAgents = false;
      if (group !== null && value !== "") {
        group.rules.push({ allow: key === "allow", pattern: normalise(value), line: index + 1, text: text.trim() });
      }
    } else if (key === "crawl-delay") {
      if (group !== null && /^\d+(\.\d+)?$/.test(value)) group.delay = Number(value);
    } else if (key === "sitemap" && value !== "") sitemaps.push(value);
  }
  const select = (agent: string): readonly Group[] => groupsFor(groups, agent);
  return {
    sitemaps,
    verdict: (agent, url) =>
      decide(
        select(agent).flatMap(({ rules }) => rules),
        pathOf(url),
      ),
    crawlDelay: (agent) => {
      const delays = select(agent).flatMap(({ delay }) => (delay === null ? [] : [delay]));
      return delays.length === 0 ? null : Math.max(...delays);
    },
  };
}

/** Robots that forbid everything: for a site whose robots.txt cannot be fetched. */
export const robotsForbidAll: Robots = parseRobots("User-agent: *\nDisallow: /");
/** Robots that allow everything: for a site without a robots.txt. */
export const robotsAllowAll: Robots = parseRobots("");

function parseLine(text: string): { readonly key: string; readonly value: string } | null {
  const bare = text.replace(/#.*$/, "").trim();
  // A missing colon is forgiven where exactly two words remain.
  const found = /^([^:]*?)\s*:\s*(.*)$/.exec(bare) ?? /^(\S+)\s+(\S+)$/.exec(bare);
  if (found === null) return null;
  const key = (found[1] ?? "")
    .trim()
    .toLowerCase()
    .replace(/^user\s?agent$/, "user-agent");
  return { key, value: (found[2] ?? "").trim() };
}

/** All groups that name the agent's product token; those for everybody only where none does. */
function groupsFor(groups: readonly Group[], agent: string): readonly Group[] {
  const token = productToken(agent);
  const own = groups.filter(({ agents }) => token !== "" && agents.some((named) => productToken(named) === token));
  return own.length > 0 ? own : groups.filter(({ agents }) => agents.some((named) => /^\*(\s|$)/.test(named)));
}

/** Letters, `_` and `-` at the beginning, lower case. */
function productToken(agent: string): string {
  return (/^[A-Za-z_-]+/.exec(agent.trim())?.[0] ?? "").toLowerCase();
}

/** The longest pattern that matches decides; among equals, allow. */
function decide(rules: readonly RobotsRule[], path: string): RobotsVerdict {
  if (path === "/robots.txt") return { allowed: true, rule: null };
  let best: RobotsRule | null = null;
  for (const rule of rules) {
    if (!matches(rule.pattern, path) && !matchesIndex(rule, path)) continue;
    const longer = best === null || rule.pattern.length > best.pattern.length;
    if (longer || (rule.pattern.length === best?.pattern.length && rule.allow)) best = rule;
  }
  return { allowed: best?.allow ?? true, rule: best };
}

/** `Allow: /index.html` also allows the folder itself. */
function matchesIndex(rule: RobotsRule, path: string): boolean {
  const folder = /^(.*\/)index\.html?$/.exec(rule.pattern)?.[1];
  return rule.allow && folder !== undefined && matches(`${folder}$`, path);
}

/** `*` is any run of characters, `$` at the end the end of the path. Linear in both lengths times each other, no regex. */
function matches(pattern: string, path: string): boolean {
  const anchored = pattern.endsWith("$");
  const parts = (anchored ? pattern.slice(0, -1) : pattern).split("*");
  const first = parts[0] ?? "";
  if (!path.startsWith(first)) return false;
  let at = first.length;
  for (const [index, part] of parts.entries()) {
    if (index === 0) continue;
    const last = index === parts.length - 1;
    if (last && anchored) return path.length - part.length >= at && path.endsWith(part);
    const found = path.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return !anchored || at === path.length;
}

/** Path and query of a URL, percent-encoding normalised, without the fragment. */
function pathOf(url: string): string {
  const rest = url.replace(/^[A-Za-z][A-Za-z0-9+.-]*:/, "").replace(/#.*$/s, "");
  const path = rest.startsWith("//") ? rest.slice(2).replace(/^[^/?;]*/, "") : rest;
  // Only real URLs are compared, and those are encoded already: a raw octet in one matches no encoded pattern.
  return upperHex(path.startsWith("/") ? path : `/${path}`);
}

/** Octets outside ASCII are percent-encoded, and hexadecimal digits are upper case, before anything is compared. */
function normalise(text: string): string {
  return upperHex(
    text.replace(/[\u0080-\uffff]+/g, (run) => Buffer.from(run, "utf8").toString("hex").replace(/../g, "%$&")),
  );
}

function upperHex(text: string): string {
  return text.replace(/%[0-9a-fA-F]{2}/g, (octet) => octet.toUpperCase());
}
