import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findConnector } from "#connectors";
import type { Connector } from "#core";
import { emptyMemory, run, testContext } from "./support/context.ts";
import type { Run } from "./support/context.ts";
import { startFakeSite } from "./support/fake-sites.ts";
import type { FakeSite } from "./support/fake-sites.ts";
import { startDouble } from "./support/server.ts";
import type { Double } from "./support/server.ts";

const connector = findConnector("directory") as Connector;
const FIRM = { "@type": "LocalBusiness", name: "Blue Hole Hardware", telephone: "876-926-1234" };

describe("a page that is empty without its scripts", () => {
  let site: FakeSite;
  let other: Double;
  const chromium = process.env["CHROMIUM_PATH"];
  beforeEach(async () => {
    process.env["CHROMIUM_PATH"] = chromium ?? "/usr/bin/chromium";
    site = await startFakeSite();
    other = await startDouble(() => ({ status: 200, headers: { "access-control-allow-origin": "*" }, body: "{}" }));
    site.pages.set("/list/", {
      body: `<!doctype html><meta charset="iso-8859-1"><title>List</title><script>
        const ask = (url) => fetch(url).then((r) => r.text()).catch(() => "");
        Promise.all([ask("/list/data.json"), ask("/private/data.json"), ask("${other.url}/x")]).then(([firm]) => {
          const made = document.createElement("script");
          made.type = "application/ld+json";
          made.textContent = firm;
          document.head.append(made);
        });
      </script>`,
    });
    site.pages.set("/list/data.json", { body: JSON.stringify(FIRM), headers: { "content-type": "application/json" } });
    site.pages.set("/private/data.json", { body: JSON.stringify({ ...FIRM, name: "Private" }) });
  });
  afterEach(async () => {
    if (chromium === undefined) delete process.env["CHROMIUM_PATH"];
    await site.close();
    await other.close();
  });
  const read = (settings: Record<string, unknown>): Promise<Run> =>
    run(
      connector,
      { ...site.settings, ...settings },
      { memory: emptyMemory(), context: testContext({ allowPrivateHosts: [site.host, other.host] }) },
    );
  const paths = (): string[] => site.asked.map(({ url }) => url.pathname);

  it("is read as it was sent unless rendering is asked for", async () => {
    const done = await read({});
    expect(done.records).toEqual([]);
    expect(paths()).not.toContain("/list/data.json");
  });

  it("is rendered by a browser whose requests keep to robots.txt and to the site's hosts", async () => {
    const done = await read({ render: "empty" });
    expect(done.records.map(({ raw }) => (raw as { name: string }).name)).toEqual(["Blue Hole Hardware"]);
    expect(paths()).toContain("/list/data.json");
    expect(paths()).not.toContain("/private/data.json");
    expect(other.asked).toEqual([]);
  });

  it("ends failed, with a word on what to install, where no browser can be started", async () => {
    process.env["CHROMIUM_PATH"] = "/nonexistent/chromium";
    const done = await read({ render: "always" });
    expect(done.ends.get("listings")).toMatchObject({ outcome: "failed", error: { code: "BROWSER_MISSING" } });
  });
});
