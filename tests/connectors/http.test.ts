import { afterEach, describe, expect, it } from "vitest";
import { createHttp, isPrivateAddress } from "#connectors";
import type { HttpClient, HttpOptions } from "#connectors";
import { manualClock } from "#core";
import type { C360Error, ConnectorContext } from "#core";
import { START, testContext } from "./support/context.ts";
import { json, startDouble } from "./support/server.ts";
import type { Asked, Answer, Double } from "./support/server.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function double(handle: (asked: Asked) => Answer, now?: () => number): Promise<Double> {
  const made = await startDouble(handle, now);
  open.push(made);
  return made;
}

function client(
  hosts: readonly string[],
  context: Partial<ConnectorContext> = {},
  options: Partial<HttpOptions> = {},
): HttpClient {
  const made = createHttp(testContext({ allowPrivateHosts: hosts, ...context }), {
    vendor: "Vendor",
    source: "vendor",
    hosts,
    pace: (url) => ({ key: url.host, pace: { perMinute: 6000, burst: 100 } }),
    ...options,
  });
  open.push(made);
  return made;
}

const failure = (work: Promise<unknown>): Promise<C360Error> =>
  work.then(
    () => Promise.reject(new Error("it worked")),
    (error: unknown) => error as C360Error,
  );

describe("the polite HTTP client", () => {
  it("waits as long as Retry-After says, in seconds or as a date, before its own backoff", async () => {
    for (const header of ["42", new Date(START + 42_000).toUTCString()]) {
      const clock = manualClock(START);
      const server = await double(() => json({ ok: true }));
      server.fault({ status: 429, headers: { "retry-after": header } });
      await client([server.host], { clock }).request({ url: server.url });
      expect(clock.now() - START).toBeGreaterThanOrEqual(41_000);
      expect(clock.now() - START).toBeLessThan(43_100);
    }
  });

  it("backs off with jitter under a growing cap where nothing says how long", async () => {
    const clock = manualClock(START);
    const server = await double(
      () => json({ ok: true }),
      () => clock.now(),
    );
    server.fault({ status: 503 }, { times: 4 });
    await client([server.host], { clock, random: () => 0.999 }).request({ url: server.url });
    const waits = server.asked.map(({ at }, index) => at - (server.asked[index - 1]?.at ?? START)).slice(1);
    expect(waits.map((wait) => Math.round(wait / 1000))).toEqual([1, 2, 4, 8]);
  });

  it("gives up after its tries with the class of the trouble", async () => {
    const server = await double(() => json({}, 429));
    expect(await failure(client([server.host]).request({ url: server.url }))).toMatchObject({
      code: "VENDOR_RATE",
      class: "rate",
    });
    expect(server.asked).toHaveLength(6);
    const down = await double(() => json({}, 500));
    expect(await failure(client([down.host]).request({ url: down.url }))).toMatchObject({
      code: "VENDOR_DOWN",
      class: "transient",
    });
  });

  it("asks nothing more under a limit for a minute once it gave up, and other hosts at once", async () => {
    const clock = manualClock(START);
    const [server, other] = [await double(() => json({}, 429)), await double(() => json({}))];
    const http = client([server.host, other.host], { clock });
    await failure(http.request({ url: server.url }));
    const asked = server.asked.length;
    const at = clock.now();
    expect(await failure(http.request({ url: server.url }))).toMatchObject({ code: "VENDOR_RATE" });
    expect([server.asked.length, clock.now()]).toEqual([asked, at]);
    expect((await http.request({ url: other.url })).status).toBe(200);
    clock.advance(61_000);
    await failure(http.request({ url: server.url }));
    expect(server.asked.length).toBeGreaterThan(asked);
  });

  it("does not wait longer than an hour for anybody", async () => {
    const clock = manualClock(START);
    const server = await double(() => json({}, 429, { "retry-after": "86400" }));
    expect(await failure(client([server.host], { clock }).request({ url: server.url }))).toMatchObject({
      code: "VENDOR_RATE",
    });
    expect(server.asked).toHaveLength(1);
    expect(clock.now()).toBe(START);
  });

  it("leaves a host alone after it failed several times, and tries it again later", async () => {
    const clock = manualClock(START);
    const server = await double(() => json({ ok: true }));
    const http = client([server.host], { clock }, { tries: 1 });
    server.fault({ status: 503 }, { times: 3 });
    for (let n = 0; n < 3; n += 1) await failure(http.request({ url: server.url }));
    expect(await failure(http.request({ url: server.url }))).toMatchObject({ code: "VENDOR_DOWN" });
    expect(server.asked).toHaveLength(3);
    clock.advance(61_000);
    expect((await http.request({ url: server.url })).status).toBe(200);
  });

  it("maps refusals to their class at once", async () => {
    const server = await double(({ url }) => json({}, Number(url.pathname.slice(1))));
    const http = client([server.host]);
    const codes = [];
    for (const status of [400, 401, 403, 404, 410])
      codes.push((await failure(http.request({ url: `${server.url}/${status}` }))).code);
    expect(codes).toEqual([
      "VENDOR_REQUEST",
      "VENDOR_AUTH",
      "VENDOR_PERMISSION",
      "VENDOR_NOT_FOUND",
      "VENDOR_NOT_FOUND",
    ]);
    expect(server.asked).toHaveLength(5);
  });

  it("stops reading at its size cap, also where a small body unpacks to a large one", async () => {
    const { gzipSync } = await import("node:zlib");
    const limits = { hostDelayMs: 0, timeoutMs: 2000, maxBodyBytes: 1000 };
    const plain = await double(() => ({ status: 200, body: "x".repeat(5000) }));
    expect(await failure(client([plain.host], { limits }).request({ url: plain.url }))).toMatchObject({
      code: "VENDOR_LIMIT",
      class: "limit",
    });
    const packed = await double(() => ({
      status: 200,
      headers: { "content-encoding": "gzip" },
      body: gzipSync("x".repeat(900_000)),
    }));
    expect(await failure(client([packed.host], { limits }).request({ url: packed.url }))).toMatchObject({
      code: "VENDOR_LIMIT",
    });
  });

  it("does not hang on a body that stalls", async () => {
    const server = await double(() => ({ status: 200, body: "x".repeat(100), cut: "stall" }));
    const limits = { hostDelayMs: 0, timeoutMs: 300, maxBodyBytes: 10_000 };
    expect(await failure(client([server.host], { limits }, { tries: 1 }).request({ url: server.url }))).toMatchObject({
      code: "VENDOR_DOWN",
    });
  });

  it("follows redirects inside its hosts, and takes no credentials to another one", async () => {
    const target = await double(({ headers }) => json({ auth: headers.authorization ?? null }));
    const server = await double(() => ({ status: 302, headers: { location: `${target.url}/there` } }));
    const http = client([server.host, target.host]);
    const response = await http.request({ url: server.url, headers: { authorization: "Bearer secret-token-value" } });
    expect(JSON.parse(response.body.toString("utf8"))).toEqual({ auth: null });
    const narrow = client([server.host], { allowPrivateHosts: [server.host, target.host] });
    expect(await failure(narrow.request({ url: server.url }))).toMatchObject({
      code: "HOST_REFUSED",
      class: "blocked",
    });
    expect(target.asked).toHaveLength(1);
  });

  it("connects to the address that it checked, when a name changes its address in between", async () => {
    const server = await double(() => json({ inside: true }));
    const port = server.host.split(":")[1] ?? "";
    let asked = 0;
    const resolve = (): Promise<{ address: string; family: number }[]> => {
      asked += 1;
      return Promise.resolve([{ address: asked === 1 ? "127.0.0.1" : "93.184.216.34", family: 4 }]);
    };
    const http = client([`rebind.example:${port}`], { allowPrivateHosts: [] }, { resolve, tries: 1 });
    expect(await failure(http.request({ url: `http://rebind.example:${port}/` }))).toMatchObject({
      code: "HOST_REFUSED",
    });
    expect(server.asked).toEqual([]);
    const allowed = client(
      [`rebind.example:${port}`],
      { allowPrivateHosts: [`rebind.example:${port}`] },
      { resolve: () => Promise.resolve([{ address: "127.0.0.1", family: 4 }]) },
    );
    expect((await allowed.request({ url: `http://rebind.example:${port}/` })).status).toBe(200);
  });

  it("knows private addresses in all their spellings", () => {
    const closed = [
      "127.0.0.1",
      "10.1.2.3",
      "172.31.0.1",
      "192.168.1.1",
      "169.254.169.254",
      "0.0.0.0",
      "100.64.0.1",
      "::1",
      "::",
      "fe80::1",
      "fd00::1",
      "::ffff:127.0.0.1",
      "::ffff:7f00:1",
      "64:ff9b::a00:1",
      "224.0.0.1",
      "not an address",
    ];
    expect(closed.filter((address) => !isPrivateAddress(address))).toEqual([]);
    expect(["8.8.8.8", "172.32.0.1", "2606:4700::1111"].filter((address) => isPrivateAddress(address))).toEqual([]);
  });

  it("keeps an even pace and shares it between clients of one host", async () => {
    const clock = manualClock(START);
    const server = await double(
      () => json({}),
      () => clock.now(),
    );
    const pace: Partial<HttpOptions> = { pace: () => ({ key: "one-host", pace: { perMinute: 12, burst: 1 } }) };
    const [a, b] = [client([server.host], { clock }, pace), client([server.host], { clock }, pace)];
    for (let n = 0; n < 3; n += 1) {
      await a.request({ url: server.url });
      await b.request({ url: server.url });
    }
    const gaps = server.asked.map(({ at }, index) => at - (server.asked[index - 1]?.at ?? at - 5000));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5000);
  });

  it("stops at once when the run is aborted", async () => {
    const control = new AbortController();
    const server = await double(() => ({ status: 200, body: "x".repeat(100), cut: "stall" }));
    const http = client([server.host], { signal: control.signal });
    const asked = http.request({ url: server.url });
    setTimeout(() => control.abort(new Error("stopped by hand")), 50);
    await expect(asked).rejects.toThrow("stopped by hand");
  });
});
