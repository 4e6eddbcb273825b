import { createWriteStream } from "node:fs";
import { once } from "node:events";
import type { Writable } from "node:stream";
import { C360Error, toC360Error } from "#core";
import type { ConnectorMessage } from "#core";
import { liveRedactor } from "../redaction.ts";
import { createRecordLines } from "./record-line.ts";
import type { LineSource } from "./record-line.ts";

/** Takes JSON lines; waits while the reader is slower than we are. */
export interface LineSink {
  /** Nothing to wait for where undefined comes back. */
  write(value: unknown): Promise<void> | undefined;
  close(): Promise<void>;
}

/**
 * Records wait until so many characters are together; anything else is written at once, with what waits before it. Longer
 * texts cost twice as much for each character: they outlive the part of memory that is tidied for nothing.
 */
const CHUNK = 32 * 1024;
/** Bytes that may be on their way to a file while the next are made. */
const ON_THE_WAY = 1024 * 1024;

/** Lines to a file, or to standard output. No live secret passes. Throws what the file system says, from `write`. */
export function openLines(file: string | null): LineSink {
  const target: Writable = file === null ? process.stdout : createWriteStream(file, { highWaterMark: ON_THE_WAY });
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

/** A writer of the contract's messages as the lines that other programs read: as text for records, of which there are many. */
export function createMessageLines(source: LineSource): (message: ConnectorMessage) => object | string {
  const recordLine = createRecordLines(source);
  return (message) => {
    switch (message.type) {
      case "record":
        return recordLine(message);
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
  };
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
