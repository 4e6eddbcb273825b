import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a vendor's handler answers. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A request as handlers see it. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A fault armed by the control server. */
interface Fault {
  readonly status?: number;
  readonly retryAfter?: string;
  readonly body?: string;
  readonly unreachable?: boolean;
  readonly truncate?: boolean;
  /** Only requests whose path contains this text. */
  readonly path?: string;
  left: number;
}

/** One line of a vendor's request log. */
interface LogLine {
  /** Milliseconds since the epoch, real clock. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** A running vendor. */
export interface Vendor {
  readonly name: string;
  readonly port: number;
  readonly url: string;
  readonly log: LogLine[];
  readonly faults: Fault[];
  close(): Promise<void>;
}

/** Answers JSON with the vendor's usual content type. */
export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: { "content-type": "application/json;charset=UTF-8", ...headers },
    body: JSON.stringify(value),
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}

function takeFault(faults: Fault[], path: string): Fault | undefined {
  const at = faults.findIndex((f) => f.left > 0 && (f.path === undefined || path.includes(f.path)));
  const fault = faults[at];
  if (fault === undefined) return undefined;
  fault.left -= 1;
  if (fault.left <= 0) faults.splice(at, 1);
  return fault;
}

function send(response: ServerResponse, answer: Answer, truncate: boolean): void {
  const body = Buffer.from(answer.body, "utf8");
  response.writeHead(answer.status, { "content-length": String(body.length), ...answer.headers });
  if (truncate) {
    // Half the body, then the line goes dead: the length that was promised is not kept.
    response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
  } else response.end(body);
}

/** Listens on a port of 127.0.0.1, or on a free one when it is taken or 0. */
async function listen(server: Server, port: number): Promise<number> {
  const attempt = (wanted: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(wanted, "127.0.0.1", () => {
        server.removeListener("error", reject);
        resolve();
      });
    });
  await attempt(port).catch(() => attempt(0));
  return (server.address() as AddressInfo).port;
}

/** Starts a vendor: every request is logged, faults come first, and a handler that throws answers 500. */
export async function startVendor(
  name: string,
  port: number,
  handle: (asked: Asked) => Answer | Promise<Answer>,
): Promise<Vendor> {
  const log: LogLine[] = [];
  const faults: Fault[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    const path = url.pathname + url.search.replace(/access_token=[^&]*/, "access_token=***");
    const note = (status: number): void =>
      void log.push({ at: Date.now(), method: request.method ?? "GET", path, status });
    const body = await readBody(request);
    const fault = takeFault(faults, path);
    if (fault?.unreachable === true) {
      note(0);
      request.socket.destroy();
      return;
    }
    if (fault?.status !== undefined) {
      note(fault.status);
      const retry = fault.retryAfter === undefined ? {} : { "retry-after": fault.retryAfter };
      send(response, { status: fault.status, headers: retry, body: fault.body ?? "" }, false);
      return;
    }
    const asked = {
      method: request.method ?? "GET",
      path: decodeURIComponent(url.pathname),
      query: url.searchParams,
      headers: request.headers,
      body,
    };
    const answer = await handle(asked);
    note(answer.status);
    send(response, answer, fault?.truncate === true);
  };
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500);
      response.end(error instanceof Error ? error.message : "error");
    });
  });
  const bound = await listen(server, port);
  return {
    name,
    port: bound,
    url: `http://127.0.0.1:${bound}`,
    log,
    faults,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A sliding window of requests on the real clock; tells how long to wait when it is full. */
export function quota(limit: number, windowMs: number): () => number {
  const times: number[] = [];
  return () => {
    const now = Date.now();
    while ((times[0] ?? now) <= now - windowMs) times.shift();
    if (times.length >= limit) return (times[0] ?? now) + windowMs - now;
    times.push(now);
    return 0;
  };
}
