import { load } from "cheerio";
import { afterEach, describe, expect, it } from "vitest";
import { findConnector } from "#connectors";
import { manualClock } from "#core";
import type { Connector } from "#core";
import { jsonLdItems, listedOf, microdataItems } from "../../connectors/directory/structured.ts";
import { contentOf, emptyMemory, mapContext, run, START, testContext } from "./support/context.ts";
import type { Run } from "./support/context.ts";
import { listingPage, startFakeSite } from "./support/fake-sites.ts";
import type { FakeSite } from "./support/fake-sites.ts";

const connector = findConnector("directory") as Connector;
const open: FakeSite[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
async function site(): Promise<{ fake: FakeSite; context: ReturnType<typeof testContext> }> {
  const fake = await startFakeSite();
  open.push(fake);
  return { fake, context: testContext({ allowPrivateHosts: [fake.host] }) };
}
const shop = (id: string, rest: Record<string, unknown> = {}): Record<string, unknown> => ({
  "@id": `https://dir.example/${id}`,
  name: `Shop ${id}`,
  telephone: "876-926-1234",
  ...rest,
});
const notices = (done: Run): string[] => done.messages.filter((m) => m.type === "notice").map((m) => m.code);
const asked = (fake: FakeSite): string[] => fake.asked.map(({ url }) => url.pathname);
const ids = (memory: ReturnType<typeof emptyMemory>): string[] =>
  Object.keys(contentOf(memory)).map((key) => key.replace("listings/https://dir.example/", ""));

describe("the directory connector", () => {
  it("keeps with each record where it comes from and by what right", async () => {
    const { fake, context } = await site();
    fake.pages.set("/list/", { body: listingPage([shop("1")]) });
    const done = await run(connector, fake.settings, { context });
    expect(done.records[0]?.provenance).toEqual({
      url: `${fake.url}/list/`,
      robotsVerdict: "allowed: no rule",
      termsPolicy: "test-terms",
      lawfulBasis: "consent",
      expires: "2027-03-02",
    });
  });

  it("does not fetch what robots.txt forbids, and fetches nothing at all where robots.txt cannot be had", async () => {
    const { fake, context } = await site();
    fake.robots = { status: 200, body: "User-agent: *\nDisallow: /list/secret" };
    fake.pages.set("/list/", {
      body: `<a href="/list/secret">x</a><a href="/list/open">y</a><a href="/list/follow" rel="nofollow">z</a>`,
    });
    fake.pages.set("/list/open", { body: listingPage([shop("1")]) });
    const done = await run(connector, fake.settings, { context });
    expect(asked(fake)).toEqual(["/robots.txt", "/list/", "/list/open"]);
    expect(notices(done)).toContain("robots_disallowed");
    fake.robots = { status: 503 };
    const before = fake.asked.length;
    const failed = await run(connector, fake.settings, { context });
    expect(failed.ends.get("listings")).toMatchObject({ outcome: "failed", snapshot: false });
    expect(new Set(asked(fake).slice(before))).toEqual(new Set(["/robots.txt"]));
    fake.robots = { status: 403 };
    expect(notices(await run(connector, fake.settings, { context }))).toEqual(["robots_disallowed"]);
    fake.robots = { status: 404 };
    expect((await run(connector, fake.settings, { context })).records).toHaveLength(1);
  });

  it("keeps the longer of its own pace and the site's crawl delay", async () => {
    const fake = await startFakeSite();
    open.push(fake);
    fake.robots = { status: 200, body: "User-agent: *\nCrawl-delay: 9\n" };
    for (let n = 1; n < 4; n += 1) fake.pages.set(`/list/${n}`, { body: listingPage([shop(String(n))]) });
    fake.pages.set("/list/", { body: `<a href="1">a</a><a href="2">b</a><a href="3">c</a>` });
    const clock = manualClock(START);
    await run(connector, fake.settings, {
      context: testContext({
        allowPrivateHosts: [fake.host],
        clock,
        limits: { hostDelayMs: 5000, timeoutMs: 5000, maxBodyBytes: 1e6 },
      }),
    });
    expect(fake.asked).toHaveLength(5);
    expect(clock.now() - START).toBeGreaterThanOrEqual(5000 + 3 * 9000);
  });

  it("asks again only for what may have changed: by the sitemap's dates, then by the page's own marks", async () => {
    const { fake, context } = await site();
    const map = (date: string): string =>
      `<urlset><url><loc>${fake.url}/list/</loc><lastmod>2026-01-01</lastmod></url><url><loc>${fake.url}/list/2</loc><lastmod>${date}</lastmod></url></urlset>`;
    fake.robots = { status: 200, body: `Sitemap: ${fake.url}/sitemap.xml\n` };
    fake.sitemap = map("2026-01-02");
    fake.pages.set("/list/", { body: listingPage([shop("1")]) });
    fake.pages.set("/list/2", { body: listingPage([shop("2")]), etag: '"a"' });
    const memory = emptyMemory();
    await run(connector, fake.settings, { context, memory });
    const count = fake.asked.length;
    const quiet = await run(connector, fake.settings, { context, memory });
    expect(asked(fake).slice(count)).toEqual(["/robots.txt", "/sitemap.xml"]);
    expect(notices(quiet)).toEqual(["not_modified"]);
    fake.sitemap = map("2026-02-01");
    const touched = await run(connector, fake.settings, { context, memory });
    expect(asked(fake).slice(count + 2)).toEqual(["/robots.txt", "/sitemap.xml", "/list/2"]);
    expect(touched.records).toEqual([]);
    expect(ids(memory)).toEqual(["1", "2"]);
  });

  it("deletes a listing that is gone, and those of a page that is gone, unless another page has them", async () => {
    const { fake, context } = await site();
    fake.pages.set("/list/", { body: listingPage([shop("1"), shop("2")], '<link rel="next" href="/list/2">') });
    fake.pages.set("/list/2", { body: listingPage([shop("2"), shop("3"), shop("4")]) });
    const memory = emptyMemory();
    await run(connector, fake.settings, { context, memory });
    expect(ids(memory)).toEqual(["1", "2", "3", "4"]);
    fake.pages.set("/list/2", { body: listingPage([shop("2"), shop("4")]) });
    await run(connector, fake.settings, { context, memory });
    expect(ids(memory)).toEqual(["1", "2", "4"]);
    fake.pages.delete("/list/2");
    const gone = await run(connector, fake.settings, { context, memory });
    expect(notices(gone)).toEqual(["page_gone"]);
    expect(ids(memory)).toEqual(["1", "2"]);
  });

  it("deletes nothing when a page suddenly gives no facts, and goes by selectors when they fit", async () => {
    const { fake, context } = await site();
    fake.pages.set("/list/", { body: listingPage([shop("1")], '<link rel="next" href="/list/2">') });
    fake.pages.set("/list/2", { body: listingPage([shop("2")]) });
    const memory = emptyMemory();
    await run(connector, fake.settings, { context, memory });
    fake.pages.set("/list/2", {
      body: `<div class="card" data-id="2"><b>Shop 2</b><a href="tel:+18769261234">Call us</a><i>1 King St</i></div>`,
    });
    const broken = await run(connector, fake.settings, { context, memory });
    expect(broken.ends.get("listings")).toMatchObject({ outcome: "partial", error: { code: "PARSER_BROKEN" } });
    expect(notices(broken)).toEqual(["parser_broken"]);
    expect(ids(memory)).toEqual(["1", "2"]);
    const selectors = [
      { version: "v1", item: "article", name: "h3" },
      { version: "v2", item: ".card", id: "@data-id", name: "b", phone: "a", address: "i", url: "@data-id" },
    ];
    const mended = await run(connector, { ...fake.settings, selectors }, { context, memory });
    expect(notices(mended)).toEqual(["markup_changed"]);
    expect(mended.ends.get("listings")?.outcome).toBe("complete");
    expect(mended.records.find(({ op }) => op === "upsert")?.raw).toMatchObject({
      name: "Shop 2",
      telephone: "+18769261234",
      address: "1 King St",
    });
    for (const path of ["/list/", "/list/2"]) fake.pages.set(path, { body: "<p>We moved</p>" });
    const dead = await run(connector, fake.settings, { context, memory });
    expect(dead.ends.get("listings")).toMatchObject({ outcome: "failed", error: { code: "PARSER_BROKEN" } });
  });

  it("recognises a challenge page, evades nothing, and leaves the host alone for a day", async () => {
    const fake = await startFakeSite();
    open.push(fake);
    const clock = manualClock(START);
    const context = testContext({ allowPrivateHosts: [fake.host], clock });
    fake.pages.set("/list/", { body: listingPage([shop("1")]) });
    const memory = emptyMemory();
    await run(connector, fake.settings, { context, memory });
    fake.pages.set("/list/", {
      status: 403,
      body: "<html><title>Just a moment...</title><script src='/cdn-cgi/challenge-platform/x'></script></html>",
    });
    const blocked = await run(connector, fake.settings, { context, memory });
    expect(blocked.ends.get("listings")).toMatchObject({
      outcome: "failed",
      error: { class: "blocked", code: "SITE_BLOCKED" },
    });
    const count = fake.asked.length;
    expect((await run(connector, fake.settings, { context, memory })).ends.get("listings")).toMatchObject({
      outcome: "failed",
    });
    expect(fake.asked).toHaveLength(count);
    expect(ids(memory)).toEqual(["1"]);
    clock.advance(25 * 3_600_000);
    fake.pages.set("/list/", { body: listingPage([shop("1"), shop("2")]) });
    expect((await run(connector, fake.settings, { context, memory })).ends.get("listings")?.outcome).toBe("complete");
  });

  it("stores no facts of a page that asks not to be indexed", async () => {
    const { fake, context } = await site();
    for (const page of [
      { body: listingPage([shop("1")], '<meta name="robots" content="noindex">') },
      { body: listingPage([shop("1")]), headers: { "x-robots-tag": "otherbot: noindex, none" } },
    ]) {
      fake.pages.set("/list/", page);
      const done = await run(connector, fake.settings, { context });
      expect(JSON.stringify(done.records.map(({ raw }) => raw))).not.toContain("Shop");
      expect(done.records.map((record) => connector.map(record.raw, mapContext("directory", "a", record)))).toEqual([
        { filtered: "noindex" },
      ]);
    }
  });

  it("goes on with the other pages when one page fails", async () => {
    const { fake, context } = await site();
    fake.pages.set("/list/", { body: `<a href="1">a</a><a href="2">b</a>` });
    fake.pages.set("/list/1", { body: "broken", status: 500 });
    fake.pages.set("/list/2", { body: listingPage([shop("2")]) });
    const done = await run(connector, fake.settings, { context });
    expect(done.ends.get("listings")).toMatchObject({
      outcome: "partial",
      error: { code: "VENDOR_DOWN" },
      counts: { records: 1 },
    });
  });
});

describe("structured data as pages have it", () => {
  const ld = (text: string): unknown[] => [...jsonLdItems(load(`<script type="application/ld+json">${text}</script>`))];

  it("mends what is broken in JSON-LD and finds businesses wherever they stand", () => {
    expect(ld('/* c */ {"@type":"Store","name":"A // b", "tel":"x\n1",}')).toEqual([
      { "@type": "Store", name: "A // b", tel: "x\n1" },
    ]);
    expect(ld("{nonsense")).toEqual([]);
    const items = ld(
      '[{"@graph":[{"@type":["Restaurant","Thing"],"name":"R"},{"@type":"WebSite","name":"W","publisher":{"@type":"Organization","name":"P","telephone":"1"}},{"@type":"ItemList","itemListElement":[{"@type":"ListItem","item":{"@type":"https://schema.org/Pharmacy","name":"Ph"}}]}]}]',
    );
    expect(listedOf(items as never, "dir.example").map((item) => item["name"])).toEqual(["R", "Ph"]);
  });

  it("does not take the directory for one of its listings", () => {
    const own = { "@type": "Organization", name: "Dir", telephone: "1", url: "https://dir.example/" };
    expect(
      listedOf(
        [own, { ...own, name: "Firm", url: "https://firm.example/" }, { "@type": "Person", name: "X" }],
        "dir.example",
      ).map((item) => item["name"]),
    ).toEqual(["Firm"]);
  });

  it("reads microdata with nested items, references and links", () => {
    const html = `<div itemscope itemtype="http://schema.org/LocalBusiness" itemref="tel"><span itemprop="name">A &amp; B</span>
      <div itemprop="address" itemscope itemtype="http://schema.org/PostalAddress"><span itemprop="streetAddress">1 King St</span></div>
      <a itemprop="url" href="/a">x</a><meta itemprop="priceRange" content="$$"></div><p id="tel"><a itemprop="telephone" href="tel:+18769261234">Call</a></p>`;
    expect(microdataItems(load(html), "https://dir.example/list")[0]).toEqual({
      "@type": "LocalBusiness",
      name: "A & B",
      address: { "@type": "PostalAddress", streetAddress: "1 King St" },
      url: "https://dir.example/a",
      priceRange: "$$",
      telephone: "+18769261234",
    });
  });

  it("maps a listing with every form of address and several telephones", () => {
    const map = (raw: unknown): unknown =>
      connector.map(raw, mapContext("directory", "dir", { stream: "listings", id: "1" }));
    expect(
      map({
        "@type": ["Restaurant", "LocalBusiness"],
        name: "R",
        telephone: ["1", "2"],
        address: "1 King St, Kingston",
        sameAs: ["https://www.instagram.com/r.shop/"],
        url: "https://r.example",
      }),
    ).toEqual([
      {
        kind: "customer",
        name: "R",
        orgName: "R",
        phones: ["1", "2"],
        address: "1 King St, Kingston",
        handles: [{ platform: "instagram", handle: "r.shop" }],
        website: "https://r.example",
        category: "Restaurant",
      },
    ]);
    expect(
      map({
        "@type": "HardwareStore",
        name: "H",
        address: [
          {
            "@type": "PostalAddress",
            streetAddress: ["1 King St", "Shop 2"],
            addressRegion: "St. Andrew",
            addressCountry: { "@type": "Country", name: "Jamaica" },
          },
        ],
        geo: { latitude: "18.1", longitude: -76.7 },
      }),
    ).toEqual([
      {
        kind: "customer",
        name: "H",
        orgName: "H",
        street: "1 King St, Shop 2",
        region: "St. Andrew",
        country: "Jamaica",
        category: "Hardware Store",
        latitude: "18.1",
        longitude: "-76.7",
      },
    ]);
    expect(map({ "@type": "Store", name: { first: 1 }, telephone: true })).toMatchObject({
      rejected: "schema_invalid",
    });
  });
});
