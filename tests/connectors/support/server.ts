import { createServer } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

/** What a double answers. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Cuts the connection: at once, or after half of the body. */
  readonly cut?: "now" | "half" | "stall";
}

/** A request as a double sees it. */
export interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A running double: faults that are queued come before its own answers. */
export interface Double {
  readonly url: string;
  /** `127.0.0.1:port`. */
  readonly host: string;
  readonly asked: (Asked & { readonly at: number })[];
  /** The next answers, whatever is asked, for paths that contain `path`. */
  fault(answer: Answer, options?: { readonly times?: number; readonly path?: string }): void;
  readonly close: () => Promise<void>;
}

/** Starts a double on loopback. `now` gives the times in its log. */
export async function startDouble(
  handle: (asked: Asked) => Answer | Promise<Answer>,
  now: () => number = () => 0,
): Promise<Double> {
  const asked: (Asked & { readonly at: number })[] = [];
  const faults: { answer: Answer; left: number; path: string }[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      void (async () => {
        const url = new URL(request.url ?? "/", "http://double");
        const one = {
          method: request.method ?? "GET",
          url,
          headers: request.headers,
          body: Buffer.concat(parts).toString("utf8"),
        };
        asked.push({ ...one, at: now() });
        const fault = faults.find((candidate) => candidate.left > 0 && url.pathname.includes(candidate.path));
        if (fault !== undefined) fault.left -= 1;
        const answer = fault?.answer ?? (await handle(one));
        if (answer.cut === "now") {
          request.socket.destroy();
          return;
        }
        const body = Buffer.isBuffer(answer.body) ? answer.body : Buffer.from(answer.body ?? "", "utf8");
        response.writeHead(answer.status, { "content-length": String(body.length), ...answer.headers });
        if (answer.cut === undefined) {
          response.end(body);
          return;
        }
        response.write(body.subarray(0, Math.floor(body.length / 2)), () => {
          if (answer.cut === "half") request.socket.destroy();
        });
      })();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    asked,
    fault: (answer, options = {}) => void faults.push({ answer, left: options.times ?? 1, path: options.path ?? "" }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A JSON answer. */
export function json(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(value) };
}
