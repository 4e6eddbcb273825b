import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseRobots } from "#connectors";

interface Case {
  readonly test: string;
  readonly robots: string;
  readonly agent: string;
  readonly url: string;
  readonly allowed: boolean;
}
const { cases } = JSON.parse(
  readFileSync(new URL("../fixtures/connectors/robots/google-robotstxt-cases.json", import.meta.url), "utf8"),
) as { cases: readonly Case[] };

describe("robots.txt", () => {
  it.each([...new Set(cases.map(({ test }) => test))])("agrees with the conformance cases of %s", (name) => {
    const mine = cases.filter(({ test }) => test === name);
    expect(mine.map((one) => [one.url, parseRobots(one.robots).verdict(one.agent, one.url).allowed])).toEqual(
      mine.map((one) => [one.url, one.allowed]),
    );
  });

  it("names the line that decided", () => {
    const robots = parseRobots("# rules\nUser-agent: *\nDisallow: /private/\nAllow: /private/open\n");
    expect(robots.verdict("Customer360", "https://a.example/private/open/1")).toMatchObject({
      allowed: true,
      rule: { line: 4, text: "Allow: /private/open" },
    });
    expect(robots.verdict("Customer360", "https://a.example/private/x").rule?.line).toBe(3);
    expect(robots.verdict("Customer360", "https://a.example/else")).toEqual({ allowed: true, rule: null });
  });

  it("gives the longest delay that is asked of the agent, and the sitemaps", () => {
    const robots = parseRobots(
      "Sitemap: https://a.example/s.xml\nUser-agent: customer360\nCrawl-delay: 2\n\nUser-agent: *\nCrawl-delay: 9\nUser-agent: Customer360\nCrawl-delay: 7.5\n",
    );
    expect(robots.crawlDelay("Customer360/0.1")).toBe(7.5);
    expect(robots.crawlDelay("Other")).toBe(7.5);
    expect(robots.sitemaps).toEqual(["https://a.example/s.xml"]);
  });

  it("answers on patterns made to take for ever", () => {
    const robots = parseRobots(`User-agent: *\nDisallow: /${"*a".repeat(2000)}b$\n`);
    expect(robots.verdict("x", `https://a.example/${"a".repeat(20_000)}`).allowed).toBe(true);
  });
});
