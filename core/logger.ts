import { pino } from "pino";
import type { DestinationStream, Logger as PinoLogger } from "pino";

/** Structured logger; child loggers carry run and step ids. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  child(fields: LogFields): Logger;
}

/** Plain values only: ids, counts, codes, host names. Personal data do not belong here. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Keeps live secret values out of text, in whatever encoding they appear. */
export interface Redactor {
  /** From now on this value is hidden, also in base64 and percent-encoding. */
  add(secret: string): void;
  redact(text: string): string;
}

/** How a secret looks inside a longer text in base64, wherever in a group of three bytes it begins. */
function base64Parts(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  if (bytes.length < 12) return [];
  return [0, 1, 2].flatMap((skip) => {
    const whole = bytes.subarray(skip, skip + Math.floor((bytes.length - skip) / 3) * 3);
    return [whole.toString("base64"), whole.toString("base64url")];
  });
}

/** Makes a redactor. Values shorter than 6 characters are not hidden: they would hide ordinary words. */
export function createRedactor(): Redactor {
  const hidden = new Set<string>();
  return {
    add(secret) {
      if (secret.length < 6) return;
      hidden.add(secret);
      hidden.add(encodeURIComponent(secret));
      hidden.add(Buffer.from(secret).toString("base64"));
      hidden.add(Buffer.from(secret).toString("base64url"));
      hidden.add(Buffer.from(secret).toString("hex"));
      hidden.add(JSON.stringify(secret).slice(1, -1));
      for (const part of base64Parts(secret)) hidden.add(part);
    },
    redact(text) {
      let clean = text;
      for (const value of hidden) {
        if (clean.includes(value)) clean = clean.replaceAll(value, "[secret]");
      }
      return clean.replace(/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/g, "$1 [secret]");
    },
  };
}

/** A logger that writes JSON lines to a stream (default: standard error), every line redacted. */
export function createLogger(options: {
  readonly level: "debug" | "info" | "warn" | "error" | "silent";
  readonly redactor: Redactor;
  readonly stream?: { write(line: string): void };
}): Logger {
  const target = options.stream ?? process.stderr;
  const destination: DestinationStream = { write: (line) => void target.write(options.redactor.redact(line)) };
  return wrap(pino({ level: options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination));
}

/** A logger that says nothing. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};

function wrap(inner: PinoLogger): Logger {
  return {
    debug: (fields, message) => inner.debug(fields, message),
    info: (fields, message) => inner.info(fields, message),
    warn: (fields, message) => inner.warn(fields, message),
    error: (fields, message) => inner.error(fields, message),
    child: (fields) => wrap(inner.child(fields)),
  };
}
