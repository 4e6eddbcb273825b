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

/** Lines to a file, or to standard output. No live secret passes. Throws what the file system says, from `write`. */
export function openLines(file: string | null): LineSink {
  const target: Writable = file === null ? process.stdout : createWriteStream(file);
  let failure: unknown = null;
  target.once("error", (error) => {
    failure = error;
  });
  return {
    write: async (value) => {
      if (failure !== null) throw toC360Error(failure, file ?? "standard output");
      const text = `${liveRedactor.redact(JSON.stringify(value))}\n`;
      if (!target.write(text)) await once(target, "drain");
    },
    close: () =>
      new Promise((resolve, reject) => {
        if (failure !== null) return reject(toC360Error(failure, file ?? "standard output"));
        if (file === null) return target.write("", () => resolve());
        target.once("error", reject);
        target.end(() => resolve());
      }),
  };
}

/** A message of the contract as the line that other programs read. */
export function lineOf(
  message: ConnectorMessage,
  source: { readonly source: string; readonly account: string },
): object {
  switch (message.type) {
    case "record": {
      const { stream, op, id, cursor, version, observedAt, raw, provenance } = message;
      const key = sourceKey({ ...source, stream, id });
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

function provenanceLine(provenance: Provenance, observedAt: string): Record<string, unknown> {
  const named: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(provenance)) {
    named[name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)] = value as unknown;
  }
  return { ...named, fetched_at: observedAt };
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
