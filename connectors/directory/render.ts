import type { Browser, Request, Route } from "playwright-core";
import { C360Error } from "#core";
import type { ConnectorContext } from "#core";
import type { HttpResponse } from "../http-transport.ts";

/** Answers that one page may ask for, itself included. */
const MAX_REQUESTS = 30;
const LOAD_MS = 60_000;
/** How long a loaded page may go on fetching. */
const SETTLE_MS = 5000;
/** Pictures, fonts and films say nothing about a business. */
const WANTED = new Set(["document", "script", "xhr", "fetch"]);

/** Runs a page's scripts and gives the markup that they made. */
export interface Renderer {
  render(url: string): Promise<Buffer>;
  close(): Promise<void>;
}

/**
 * A browser for pages that are empty without their scripts. It has no network of its own: every request goes through `get`,
 * with the pace, rules and hosts of the site's client, and what `get` refuses does not exist for the page.
 */
export function createRenderer(
  context: ConnectorContext,
  get: (url: string) => Promise<HttpResponse | null>,
): Renderer {
  let starting: Promise<Browser> | null = null;
  return {
    render: async (url) => {
      starting ??= launch();
      const browser = await starting;
      const page = await browser.newPage({
        userAgent: context.userAgent,
        serviceWorkers: "block",
        acceptDownloads: false,
      });
      try {
        const stop = (): void => void page.close();
        context.signal.addEventListener("abort", stop, { once: true });
        let asked = 0;
        await page.route("**/*", async (route, request) => {
          asked += 1;
          await answer(route, request, asked > MAX_REQUESTS ? () => Promise.resolve(null) : get);
        });
        await page.goto(url, { waitUntil: "load", timeout: LOAD_MS });
        await page.waitForLoadState("networkidle", { timeout: SETTLE_MS }).catch(() => undefined);
        const markup = Buffer.from(await page.content(), "utf8");
        context.signal.removeEventListener("abort", stop);
        if (markup.length > context.limits.maxBodyBytes) {
          throw new C360Error("VENDOR_LIMIT", {
            vendor: new URL(url).host,
            reason: "the page its scripts make is too large",
          });
        }
        return markup;
      } catch (error) {
        if (context.signal.aborted) throw context.signal.reason;
        if (error instanceof C360Error) throw error;
        throw new C360Error("VENDOR_DOWN", {
          vendor: new URL(url).host,
          reason: "the page's scripts did not come to an end",
        });
      } finally {
        await page.close().catch(() => undefined);
      }
    },
    close: async () => {
      const browser = await starting?.catch(() => null);
      await browser?.close();
    },
  };
}

async function answer(
  route: Route,
  request: Request,
  get: (url: string) => Promise<HttpResponse | null>,
): Promise<void> {
  const wanted = WANTED.has(request.resourceType()) && request.method() === "GET" && /^https?:/.test(request.url());
  const response = wanted ? await get(request.url()).catch(() => null) : null;
  if (response === null) return route.abort().catch(() => undefined);
  const { "content-type": type = "text/html" } = response.headers;
  // Only what it is: no cookies, and no headers that could send the browser anywhere.
  const headers = { "content-type": type, "access-control-allow-origin": "*" };
  await route.fulfill({ status: response.status, headers, body: response.body }).catch(() => undefined);
}

/** Starts Chromium with every name unknown to it. Throws BROWSER_MISSING. */
async function launch(): Promise<Browser> {
  try {
    const { chromium } = await import("playwright-core");
    const path = process.env["CHROMIUM_PATH"];
    return await chromium.launch({
      ...(path === undefined ? { channel: "chromium" } : { executablePath: path }),
      args: [
        "--headless",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--host-resolver-rules=MAP * ~NOTFOUND",
        // Chromium refuses to run as root inside its sandbox.
        ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      ],
    });
  } catch (error) {
    throw new C360Error("BROWSER_MISSING", {}, { cause: error });
  }
}
