import { C360Error, createRedactor } from "#core";
import type { Clock, ConnectorContext, Redactor } from "#core";
import { hostAllowed, hostAndPort, systemResolve } from "./http-hosts.ts";
import type { Resolve } from "./http-hosts.ts";
import { backoffMs, createBreaker, retryAfterMs, waitForPace } from "./http-pace.ts";
import type { Breaker, Pace } from "./http-pace.ts";
import { createTransport, TransportError } from "./http-transport.ts";
import type { HttpResponse } from "./http-transport.ts";

/** What a connector makes of an answer: use it, try again, or give up with an error. */
export type Verdict =
  | { readonly use: true }
  | { readonly retry: "rate" | "transient"; readonly reason: string }
  | { readonly fail: C360Error };

/** Settings of one client: one account of one vendor. */
export interface HttpOptions {
  /** What the vendor is called in errors. */
  readonly vendor: string;
  /** Connector name, for hints. */
  readonly source: string;
  /** Hosts (`host` or `host:port`) that may be asked, redirects included. */
  readonly hosts: readonly string[];
  /** Pace by key; requests without a key use their host. */
  readonly pace: (url: URL) => { readonly key: string; readonly pace: Pace };
  /** Looks at the answer before anything else does; null leaves it to the status code. */
  readonly inspect?: (response: HttpResponse) => Verdict | null;
  /** Wait where the vendor asks to slow down without saying how long. Default: full jitter. */
  readonly rateWaitMs?: (now: number, attempt: number) => number;
  /** Tries per request, the first included. Default 6. */
  readonly tries?: number;
  /** Longest wait that a vendor may ask for; beyond it the request fails. Default one hour. */
  readonly maxWaitMs?: number;
  readonly resolve?: Resolve;
}

/** One request. */
export interface HttpRequest {
  readonly url: string | URL;
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Status codes that are an answer to the caller and no error. */
  readonly accept?: readonly number[];
}

/** The one polite HTTP client: paced, retried, capped, pinned, redacted. */
export interface HttpClient {
  /** Throws C360Error only (VENDOR_*, HOST_REFUSED, or what `inspect` gives), or the signal's reason. */
  request(what: HttpRequest): Promise<HttpResponse>;
  /** Requests sent so far, retries included. */
  sent(): number;
  /** True once after the vendor asked to slow down; asking clears it. */
  throttled(): boolean;
  readonly redactor: Redactor;
  close(): Promise<void>;
}

const MAX_REDIRECTS = 5;

/** Makes a client on the connector's context. */
export function createHttp(context: ConnectorContext, options: HttpOptions): HttpClient {
  const own = createRedactor();
  const redactor: Redactor = {
    redact: (text) => own.redact(text),
    add: (secret) => {
      own.add(secret);
      context.hide?.(secret);
    },
  };
  const transport = createTransport({
    vendor: options.vendor,
    allowPrivateHosts: context.allowPrivateHosts,
    resolve: options.resolve ?? systemResolve,
    timeoutMs: context.limits.timeoutMs,
    maxBodyBytes: context.limits.maxBodyBytes,
  });
  const breakers = new Map<string, Breaker>();
  const limits = new Map<string, Breaker>();
  const count = { sent: 0, throttled: false };
  const tools: Tools = {
    context,
    options,
    transport,
    count,
    breakerOf: (url) => breakerFor(breakers, url, context.clock),
    limitOf: (url) => {
      const { key } = options.pace(url);
      const known = limits.get(key) ?? createBreaker(context.clock, 1);
      limits.set(key, known);
      return known;
    },
  };
  return {
    request: async (what) => {
      try {
        return await requestWithRetries(tools, what);
      } catch (error) {
        throw redacted(error, redactor);
      }
    },
    sent: () => count.sent,
    throttled: () => {
      const was = count.throttled;
      count.throttled = false;
      return was;
    },
    redactor,
    close: () => transport.close(),
  };
}

interface Tools {
  readonly context: ConnectorContext;
  readonly options: HttpOptions;
  readonly transport: ReturnType<typeof createTransport>;
  readonly count: { sent: number; throttled: boolean };
  readonly breakerOf: (url: URL) => Breaker;
  /** Open for a minute once a request gave up waiting for a limit: others under the same limit need not wait too. */
  readonly limitOf: (url: URL) => Breaker;
}

function breakerFor(breakers: Map<string, Breaker>, url: URL, clock: Clock): Breaker {
  const key = hostAndPort(url);
  const known = breakers.get(key) ?? createBreaker(clock);
  breakers.set(key, known);
  return known;
}

async function requestWithRetries(tools: Tools, what: HttpRequest): Promise<HttpResponse> {
  const { context, options } = tools;
  const first = parseUrl(what.url);
  const breaker = tools.breakerOf(first);
  const limit = tools.limitOf(first);
  const tries = options.tries ?? 6;
  let waited = 0;
  for (let attempt = 0; ; attempt += 1) {
    if (breaker.closedFor() > 0) throw down(options, "it failed several times in a row and is left alone for a minute");
    if (limit.closedFor() > 0) throw limited(options, waited);
    const outcome = await tryOnce(tools, first, what);
    if ("response" in outcome) {
      breaker.succeeded();
      return outcome.response;
    }
    if (outcome.kind === "rate") tools.count.throttled = true;
    const wait = waitFor(outcome, attempt, tools);
    const over = wait > (options.maxWaitMs ?? 3_600_000);
    if (attempt + 1 >= tries || over) {
      if (outcome.kind === "transient") breaker.failed();
      else limit.failed();
      throw outcome.kind === "rate" ? limited(options, over ? wait : waited) : down(options, outcome.reason);
    }
    context.log.debug(
      { vendor: options.vendor, wait_ms: Math.round(wait), kind: outcome.kind },
      "waiting before another try",
    );
    await context.clock.sleep(wait, context.signal);
    waited += wait;
  }
}

interface Failure {
  readonly kind: "rate" | "transient";
  readonly reason: string;
  readonly response?: HttpResponse;
  readonly retryAfter: number | null;
}

function waitFor(failure: Failure, attempt: number, tools: Tools): number {
  if (failure.retryAfter !== null) return failure.retryAfter;
  const jitter = backoffMs(attempt, tools.context.random);
  if (failure.kind === "rate" && tools.options.rateWaitMs !== undefined) {
    return tools.options.rateWaitMs(tools.context.clock.now(), attempt) + tools.context.random() * 1000;
  }
  return jitter;
}

async function tryOnce(tools: Tools, first: URL, what: HttpRequest): Promise<{ response: HttpResponse } | Failure> {
  const { context, options } = tools;
  try {
    const response = await follow(tools, first, what);
    const verdict = options.inspect?.(response) ?? judge(response, what, options);
    if ("use" in verdict) return { response };
    if ("fail" in verdict) throw verdict.fail;
    const after = retryAfterMs(response.headers["retry-after"], context.clock.now());
    return { kind: verdict.retry, reason: verdict.reason, retryAfter: after };
  } catch (error) {
    if (error instanceof TransportError) return { kind: "transient", reason: error.message, retryAfter: null };
    throw error;
  }
}

/** Sends and follows redirects, each of them only within the allowed hosts and after the same checks. */
async function follow(tools: Tools, first: URL, what: HttpRequest): Promise<HttpResponse> {
  const { context, options } = tools;
  let url = first;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    if (!hostAllowed(url, options.hosts) || url.username !== "" || url.password !== "") {
      throw new C360Error("HOST_REFUSED", { host: hostAndPort(url) });
    }
    const { key, pace } = options.pace(url);
    await waitForPace(key, pace, context);
    if (context.signal.aborted) throw context.signal.reason;
    tools.count.sent += 1;
    const response = await tools.transport.exchange({
      method: what.method ?? "GET",
      url,
      headers: headersFor(what, url, first, context.userAgent),
      signal: context.signal,
      ...(what.body === undefined ? {} : { body: what.body }),
    });
    const target = response.headers["location"];
    const redirects = [301, 302, 303, 307, 308].includes(response.status) && target !== undefined;
    if (!redirects) return response;
    // A body is never sent on: nobody knows who would get it.
    if (what.method === "POST") throw requestRefused(options, `it redirects a POST (${response.status})`);
    if (!URL.canParse(target, url.href)) throw new TransportError("the redirect names no address");
    url = new URL(target, url);
  }
  throw new TransportError(`more than ${MAX_REDIRECTS} redirects`);
}

function headersFor(what: HttpRequest, url: URL, first: URL, userAgent: string): Record<string, string> {
  const headers: Record<string, string> = { "user-agent": userAgent, "accept-encoding": "gzip, deflate" };
  for (const [name, value] of Object.entries(what.headers ?? {})) {
    const secret = /^(authorization|cookie)$/i.test(name);
    if (!secret || url.origin === first.origin) headers[name.toLowerCase()] = value;
  }
  return headers;
}

function judge(response: HttpResponse, what: HttpRequest, options: HttpOptions): Verdict {
  const { status } = response;
  if ((status >= 200 && status < 300) || what.accept?.includes(status) === true) return { use: true };
  const { vendor, source } = options;
  const reason = `status ${status}`;
  if (status === 429) return { retry: "rate", reason };
  if (status === 408 || status === 425 || status >= 500) return { retry: "transient", reason };
  if (status === 401) return { fail: new C360Error("VENDOR_AUTH", { vendor, source, reason }) };
  if (status === 403) {
    return {
      fail: new C360Error("VENDOR_PERMISSION", { vendor, subject: pathOf(response), reason, fix: "Check its rights." }),
    };
  }
  if (status === 404 || status === 410) {
    return { fail: new C360Error("VENDOR_NOT_FOUND", { vendor, subject: pathOf(response) }) };
  }
  return { fail: requestRefused(options, reason) };
}

function pathOf(response: HttpResponse): string {
  return new URL(response.url).pathname;
}

function requestRefused(options: HttpOptions, reason: string): C360Error {
  return new C360Error("VENDOR_REQUEST", { vendor: options.vendor, reason });
}

function limited(options: HttpOptions, waitedMs: number): C360Error {
  return new C360Error("VENDOR_RATE", { vendor: options.vendor, waited: `${Math.round(waitedMs / 1000)} s` });
}

function down(options: HttpOptions, reason: string): C360Error {
  return new C360Error("VENDOR_DOWN", { vendor: options.vendor, reason });
}

function parseUrl(url: string | URL): URL {
  if (url instanceof URL) return url;
  if (!URL.canParse(url)) throw new C360Error("HOST_REFUSED", { host: "an address that is no URL" });
  return new URL(url);
}

/** The same error with every live secret taken out of its text, in whatever encoding it appears. */
export function redacted(error: unknown, redactor: Redactor): unknown {
  if (!(error instanceof C360Error)) return error;
  const clean: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(error.details)) {
    clean[name] = typeof value === "string" ? redactor.redact(value) : value;
  }
  return new C360Error(error.code, clean);
}
