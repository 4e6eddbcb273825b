import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from "node:zlib";
import type { Agent, request } from "undici";
import { C360Error } from "#core";
import { pinHost } from "./http-hosts.ts";
import type { Resolve } from "./http-hosts.ts";

/** One answer, whole. Header names are lower case. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Where the answer came from, after redirects. */
  readonly url: string;
}

/** What goes over the wire in one try. */
export interface Exchange {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** A failure of the connection, not of the vendor: the reason is a system code and safe to show. */
export class TransportError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "TransportError";
  }
}

/** Sends one request at a time per origin over connections that are pinned to checked addresses. */
export interface Transport {
  exchange(what: Exchange): Promise<HttpResponse>;
  close(): Promise<void>;
}

/** Makes a transport. Throws HOST_REFUSED, VENDOR_LIMIT and TransportError from `exchange`. */
export function createTransport(options: {
  readonly vendor: string;
  readonly allowPrivateHosts: readonly string[];
  readonly resolve: Resolve;
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
}): Transport {
  const agents = new Map<string, Agent>();
  const agentFor = (url: URL, undici: { readonly Agent: typeof Agent }): Agent => {
    const known = agents.get(url.origin);
    if (known !== undefined) return known;
    const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
    const agent = new undici.Agent({
      connections: 4,
      pipelining: 1,
      keepAliveTimeout: 4000,
      maxHeaderSize: 64 * 1024,
      headersTimeout: options.timeoutMs,
      bodyTimeout: options.timeoutMs,
      connect: {
        timeout: Math.min(options.timeoutMs, 15_000),
        lookup: (hostname, asked, done) => {
          void answerLookup(pinHost(hostname, port, options), asked.all === true, done);
        },
      },
    });
    agents.set(url.origin, agent);
    return agent;
  };
  return {
    exchange: async (what) => {
      // A literal address is never looked up, so it is checked here.
      const { hostname, port, protocol } = what.url;
      if (/^[\d.]+$|^\[/.test(hostname)) {
        await pinHost(hostname, port === "" ? (protocol === "https:" ? "443" : "80") : port, options);
      }
      // Loaded with the first request: commands that read no vendor start sooner without it.
      const undici = await import("undici");
      return exchangeOnce({ send: undici.request, dispatcher: agentFor(what.url, undici) }, what, options);
    },
    close: async () => {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
      agents.clear();
    },
  };
}

type LookupDone = (
  error: NodeJS.ErrnoException | null,
  address: string | { address: string; family: number }[],
  family?: number,
) => void;

/** Answers the connector's look-up in the form that it asked for. */
async function answerLookup(pinned: ReturnType<typeof pinHost>, all: boolean, done: LookupDone): Promise<void> {
  try {
    const found = await pinned;
    if (all) done(null, [...found]);
    else done(null, found[0]?.address ?? "", found[0]?.family ?? 4);
  } catch (error) {
    done(error as NodeJS.ErrnoException, "", 4);
  }
}

async function exchangeOnce(
  { send, dispatcher }: { readonly send: typeof request; readonly dispatcher: Agent },
  what: Exchange,
  options: { readonly vendor: string; readonly maxBodyBytes: number },
): Promise<HttpResponse> {
  try {
    const answer = await send(what.url, {
      dispatcher,
      method: what.method,
      headers: what.headers,
      signal: what.signal,
      ...(what.body === undefined ? {} : { body: what.body }),
    });
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer.body) {
      const part = chunk as Buffer;
      size += part.length;
      if (size > options.maxBodyBytes) {
        answer.body.destroy();
        throw tooBig(options);
      }
      chunks.push(part);
    }
    const headers = plainHeaders(answer.headers);
    const raw = Buffer.concat(chunks);
    return {
      status: answer.statusCode,
      headers,
      body: decode(raw, headers["content-encoding"], options),
      url: what.url.href,
    };
  } catch (error) {
    if (what.signal.aborted) throw what.signal.reason;
    throw refused(error) ?? new TransportError(reasonOf(error));
  }
}

function plainHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) plain[name.toLowerCase()] = Array.isArray(value) ? value.join(", ") : value;
  }
  return plain;
}

function decode(
  body: Buffer,
  encoding: string | undefined,
  options: { readonly vendor: string; readonly maxBodyBytes: number },
): Buffer {
  const limits = { maxOutputLength: options.maxBodyBytes };
  try {
    switch (encoding?.trim().toLowerCase()) {
      case "gzip":
      case "x-gzip":
        return gunzipSync(body, limits);
      case "br":
        return brotliDecompressSync(body, limits);
      case "deflate":
        return (body[0] ?? 0) === 0x78 ? inflateSync(body, limits) : inflateRawSync(body, limits);
      case undefined:
      default:
        return body;
    }
  } catch (error) {
    if ((error as { code?: unknown }).code === "ERR_BUFFER_TOO_LARGE") throw tooBig(options);
    throw new TransportError("the compressed answer is damaged");
  }
}

function tooBig(options: { readonly vendor: string; readonly maxBodyBytes: number }): C360Error {
  return new C360Error("VENDOR_LIMIT", {
    vendor: options.vendor,
    reason: `larger than ${options.maxBodyBytes} bytes`,
  });
}

/** Errors of ours come back from the connector wrapped or bare. */
function refused(error: unknown): C360Error | TransportError | null {
  for (let at: unknown = error, depth = 0; at !== null && at !== undefined && depth < 4; depth += 1) {
    if (at instanceof C360Error || at instanceof TransportError) return at;
    at = (at as { cause?: unknown }).cause;
  }
  return null;
}

/** Names only: messages of the HTTP library can repeat addresses, and addresses can hold tokens. */
function reasonOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  const known: Readonly<Record<string, string>> = {
    ECONNREFUSED: "the connection was refused",
    ECONNRESET: "the connection was reset",
    ENOTFOUND: "the host name does not exist",
    EAI_AGAIN: "the host name could not be resolved",
    ETIMEDOUT: "the connection timed out",
    UND_ERR_CONNECT_TIMEOUT: "the connection timed out",
    UND_ERR_HEADERS_TIMEOUT: "no answer came in time",
    UND_ERR_BODY_TIMEOUT: "the answer stopped in the middle",
    UND_ERR_SOCKET: "the connection was closed",
    UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "the answer is shorter than announced",
  };
  const key = typeof code === "string" ? code : typeof name === "string" ? name : "error";
  return known[key] ?? key;
}
