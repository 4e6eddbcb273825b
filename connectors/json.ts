import { C360Error } from "#core";
import type { z } from "zod";
import type { Verdict } from "./http.ts";
import { TransportError } from "./http-transport.ts";
import type { HttpResponse } from "./http-transport.ts";

/**
 * Parses JSON without losing digits: a number that a double cannot hold becomes text. Money with up to 15 significant
 * digits is a number whose shortest text is the vendor's own, so sums made from that text are exact.
 * Throws a SyntaxError.
 */
export function parseJson(text: string): unknown {
  const clean = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  return JSON.parse(/\d[\d.eE+-]{15}/.test(clean) ? quoteLongNumbers(clean) : clean);
}

function quoteLongNumbers(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]{15,}/g, (token) => {
    if (token.startsWith('"')) return token;
    const number = Number(token);
    const digits = token.replace(/[eE].*$|[-.]/g, "").replace(/^0+/, "");
    return Number.isFinite(number) && digits.length <= 15 ? token : `"${token}"`;
  });
}

/** True when a body is an HTML page, whatever its content type says: a login or error page instead of data. */
export function looksLikeHtml(body: Buffer): boolean {
  return /^\s*(<!doctype html|<html|<head|<body)/i.test(
    body
      .subarray(0, 200)
      .toString("latin1")
      .replace(/^\u00ef\u00bb\u00bf/, ""),
  );
}

/**
 * The JSON of an answer. An HTML page in its place is VENDOR_SCHEMA (nothing is retried: somebody must sign in or
 * look); a text that breaks off is a TransportError, because the next try may be whole.
 */
export function jsonOf(response: HttpResponse, vendor: string): unknown {
  if (parsed.has(response)) return parsed.get(response);
  if (looksLikeHtml(response.body)) {
    throw new C360Error("VENDOR_SCHEMA", { vendor, reason: "a web page came in place of data" });
  }
  try {
    const value = parseJson(response.body.toString("utf8"));
    parsed.set(response, value);
    return value;
  } catch {
    throw new TransportError("the answer is not whole JSON");
  }
}

/** Judges an answer that must be JSON: one that breaks off is asked for again, a web page in its place is an error. */
export function inspectJson(response: HttpResponse, vendor: string): Verdict | null {
  if (response.status < 200 || response.status >= 300) return null;
  try {
    jsonOf(response, vendor);
    return { use: true };
  } catch (error) {
    if (error instanceof TransportError) return { retry: "transient", reason: error.message };
    return { fail: error as C360Error };
  }
}

/** An answer by its schema. Throws VENDOR_SCHEMA naming the part that does not fit, never its value. */
export function answerAs<T>(schema: z.ZodType<T>, value: unknown, vendor: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const path = parsed.error.issues[0]?.path.map(String).join(".") ?? "";
  throw new C360Error("VENDOR_SCHEMA", { vendor, reason: `the answer has no usable ${path || "content"}` });
}

/** Bodies are looked at twice (for faults, then for data) and parsed once. */
const parsed = new WeakMap<HttpResponse, unknown>();
