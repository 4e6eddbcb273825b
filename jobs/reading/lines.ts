import { createWriteStream } from "node:fs";
import { once } from "node:events";
import type { Writable } from "node:stream";
import { C360Error, sourceKey, toC360Error } from "#core";
import type { ConnectorMessage, Provenance } from "#core";
import { liveRedactor } from "../redaction.ts";

/** Takes JSON lines; waits while the reader is slower than we are. */
export interface LineSink {
  write(value: unknown): Promise<void>;
  close(): Promise<void>;
}

/** Records wait until so many characters are together; anything else is written at once, with what waits before it. */
const CHUNK = 64 * 1024;

/** Lines to a file, or to standard output. No live secret passes. Throws what the file system says, from `write`. */
export function openLines(file: string | null): LineSink {
  const target: Writable = file === null ? process.stdout : createWriteStream(file);
  let failure: unknown = null;
  let waiting = "";
  target.once("error", (error) => {
    failure = error;
  });
  const flush = async (): Promise<void> => {
    if (waiting === "") return;
    const text = liveRedactor.redact(waiting);
    waiting = "";
    if (!target.write(text)) await once(target, "drain");
  };
  return {
    write: (value) => {
      if (failure !== null) return Promise.reject(toC360Error(failure, file ?? "standard output"));
      waiting += `${JSON.stringify(value)}\n`;
      const more = isRecord(value) && waiting.length < CHUNK;
      return more ? DONE : flush();
    },
    close: async () => {
      if (failure === null) await flush();
      return new Promise((resolve, reject) => {
        if (failure !== null) return reject(toC360Error(failure, file ?? "standard output"));
        if (file === null) return target.write("", () => resolve());
        target.once("error", reject);
        target.end(() => resolve());
      });
    },
  };
}

const DONE = Promise.resolve();

/** Records and cells come in great numbers; whoever waits for them can wait for the next few. */
function isRecord(value: unknown): boolean {
  const line = value as { readonly type?: unknown; readonly column?: unknown };
  return line.type === "record" || line.column !== undefined;
}

/** A message of the contract as the line that other programs read. */
export function lineOf(
  message: ConnectorMessage,
  source: { readonly source: string; readonly account: string },
): object {
  switch (message.type) {
    case "record": {
      const { stream, op, id, cursor, version, observedAt, raw, provenance } = message;
      const key = `${keyPrefix(source, stream)}${PLAIN_ID.test(id) ? id : encodeURIComponent(id)}`;
      const about = provenanceLine(provenance, observedAt);
      return { type: "record", stream, op, key, cursor, version, observed_at: observedAt, raw, provenance: about };
    }
    case "streamEnd": {
      const { stream, outcome, counts, snapshot, error, vendorTotals } = message;
      return {
        type: "streamEnd",
        stream,
        outcome,
        counts,
        snapshot,
        ...(error === undefined ? {} : { error }),
        ...(vendorTotals === undefined ? {} : { vendor_totals: vendorTotals }),
      };
    }
    case "checkpoint":
    case "schema":
    case "notice":
    case "progress":
    default:
      return message;
  }
}

/** Ids whose percent-encoding is themselves. */
const PLAIN_ID = /^[A-Za-z0-9._~-]*$/;
const prefixes = new WeakMap<object, Map<string, string>>();

/** The key of a stream's records up to their id, made once. */
function keyPrefix(source: { readonly source: string; readonly account: string }, stream: string): string {
  const known = prefixes.get(source) ?? new Map<string, string>();
  prefixes.set(source, known);
  const prefix = known.get(stream) ?? sourceKey({ ...source, stream, id: "" });
  known.set(stream, prefix);
  return prefix;
}

/** `fileSha256` as `file_sha256`, by name. */
const snakeNames = new Map<string, string>();

function snakeName(name: string): string {
  const known = snakeNames.get(name) ?? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  snakeNames.set(name, known);
  return known;
}

function provenanceLine(provenance: Provenance, observedAt: string): Record<string, unknown> {
  const named: Record<string, unknown> = {};
  for (const name in provenance) named[snakeName(name)] = provenance[name as keyof Provenance];
  named["fetched_at"] = observedAt;
  return named;
}

/** The streamEnd of streams that could not even be looked for. */
export function failedEnd(stream: string, thrown: unknown): Extract<ConnectorMessage, { type: "streamEnd" }> {
  const known = thrown instanceof C360Error ? thrown : toC360Error(thrown);
  return {
    type: "streamEnd",
    stream,
    outcome: "failed",
    counts: { records: 0, deletes: 0, requests: 0 },
    snapshot: false,
    error: { class: known.class, code: known.code, message: known.message, hint: known.hint },
  };
}
