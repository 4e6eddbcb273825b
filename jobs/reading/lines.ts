import { createWriteStream } from "node:fs";
import { once } from "node:events";
import type { Writable } from "node:stream";
import { C360Error, sourceKey, toC360Error } from "#core";
import type { ConnectorMessage, Provenance, RecordMessage } from "#core";
import { liveRedactor } from "../redaction.ts";

/** Takes JSON lines; waits while the reader is slower than we are. */
export interface LineSink {
  /** Nothing to wait for where undefined comes back. */
  write(value: unknown): Promise<void> | undefined;
  close(): Promise<void>;
}

/** Records wait until so many characters are together; anything else is written at once, with what waits before it. */
const CHUNK = 256 * 1024;

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
      waiting += `${typeof value === "string" ? value : JSON.stringify(value)}\n`;
      const more = isRecord(value) && waiting.length < CHUNK;
      return more ? undefined : flush();
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

/** Records and cells come in great numbers; whoever waits for them can wait for the next few. */
function isRecord(value: unknown): boolean {
  if (typeof value === "string") return true;
  const line = value as { readonly type?: unknown; readonly column?: unknown };
  return line.type === "record" || line.column !== undefined;
}

/** A message of the contract as the line that other programs read: as text for records, of which there are many. */
export function lineOf(
  message: ConnectorMessage,
  source: { readonly source: string; readonly account: string },
): object | string {
  switch (message.type) {
    case "record":
      return recordLine(message, source);
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

function recordLine(message: RecordMessage, source: { readonly source: string; readonly account: string }): string {
  const { stream, op, id, cursor, version, observedAt, provenance } = message;
  const key = `${keyPrefix(source, stream)}${PLAIN_ID.test(id) ? id : encodeURIComponent(id)}`;
  const raw = JSON.stringify(message.raw) ?? "null";
  const [streamText, atText] = [memberText("stream", stream), memberText("observed_at", observedAt)];
  // A key is percent-encoded: nothing in it needs escaping.
  const head = `{"type":"record",${streamText},"op":"${op}","key":"${key}","cursor":${quoted(cursor)}`;
  const about = provenanceText(provenance, observedAt);
  return `${head},"version":${quoted(version)},${atText},"raw":${raw},"provenance":${about}}`;
}

function quoted(text: string | null): string {
  return text !== null && PLAIN_ID.test(text) ? `"${text}"` : JSON.stringify(text);
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

function provenanceText(provenance: Provenance, observedAt: string): string {
  let text = "{";
  for (const name in provenance) {
    const value = provenance[name as keyof Provenance];
    if (value !== undefined) text += `${memberText(snakeName(name), value)},`;
  }
  return `${text}${memberText("fetched_at", observedAt)}}`;
}

/** `"name":value`. What a record says of its file or time is what the one before said: made once. */
const members = new Map<string, { readonly value: string; readonly text: string }>();

function memberText(name: string, value: string | number): string {
  if (typeof value === "number") return `"${name}":${value}`;
  const known = members.get(name);
  if (known?.value === value) return known.text;
  const text = `"${name}":${JSON.stringify(value)}`;
  members.set(name, { value, text });
  return text;
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
