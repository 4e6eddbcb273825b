import { C360Error } from "#core";
import { inspectJson, jsonOf, looksLikeHtml } from "../json.ts";
import type { Verdict } from "../http.ts";
import type { HttpResponse } from "../http-transport.ts";

/** A fault as QuickBooks tells it, in JSON of either spelling, in XML or as a line of text. The detail is left out: it repeats tokens. */
export interface Fault {
  readonly type: string;
  readonly code: string;
  readonly message: string;
}

const VENDOR = "QuickBooks";

/** Finds a fault in an answer: throttle faults come as XML even where JSON was asked for, and faults come under 200. */
export function faultOf(response: HttpResponse): Fault | null {
  const start = response.body.subarray(0, 1).toString("latin1");
  if (start === "<" && !looksLikeHtml(response.body)) return xmlFault(response.body.toString("utf8"));
  if (looksLikeHtml(response.body) || response.body.length === 0) return null;
  const told = /^\s*message=(\w+);\s*errorCode=0*(\d+)/.exec(response.body.subarray(0, 500).toString("latin1"));
  if (told !== null) return { type: "", code: told[2] ?? "", message: told[1] ?? "" };
  return response.status >= 400 || mayHoldFault(response.body) ? jsonFault(safeJson(response), 0) : null;
}

function mayHoldFault(body: Buffer): boolean {
  return body.includes('"Fault"') || body.includes('"fault"');
}

function safeJson(response: HttpResponse): unknown {
  try {
    return jsonOf(response, VENDOR);
  } catch {
    return null;
  }
}

/** Faults stand at the top, or inside the items of a change-data-capture answer. */
function jsonFault(value: unknown, depth: number): Fault | null {
  if (value === null || typeof value !== "object" || depth > 5) return null;
  if (Array.isArray(value)) return firstOf(value, depth);
  const record = value as Record<string, unknown>;
  const fault = (record["Fault"] ?? record["fault"]) as Record<string, unknown> | null | undefined;
  if (fault !== null && fault !== undefined && typeof fault === "object") {
    const errors = fault["Error"] ?? fault["error"];
    const first = (Array.isArray(errors) ? errors[0] : errors) as Record<string, unknown> | undefined;
    return {
      type: textOf(fault["type"]),
      code: textOf(first?.["code"]).replace(/^0+(?=\d)/, ""),
      message: textOf(first?.["Message"] ?? first?.["message"]),
    };
  }
  const inner = ["CDCResponse", "QueryResponse", "cdcresponse"]
    .map((name) => record[name])
    .filter((v) => v !== undefined);
  return firstOf(inner, depth);
}

function firstOf(values: readonly unknown[], depth: number): Fault | null {
  for (const value of values) {
    const found = jsonFault(value, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

function xmlFault(text: string): Fault | null {
  const head = text.slice(0, 10_000);
  if (!/<(\w+:)?Fault\b/.test(head)) return null;
  return {
    type: /<(?:\w+:)?Fault\b[^>]*\btype="([^"]*)"/.exec(head)?.[1] ?? "",
    code: (/<(?:\w+:)?Error\b[^>]*\bcode="0*([^"]*)"/.exec(head)?.[1] ?? "").trim(),
    message: (/<(?:\w+:)?Message>([^<]*)</.exec(head)?.[1] ?? "").trim(),
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** What to do with an answer: research table of faults by status and code. */
export function inspectQuickBooks(response: HttpResponse): Verdict | null {
  const fault = faultOf(response);
  if (fault !== null) return verdictOf(fault, response.status);
  return inspectJson(response, VENDOR);
}

/** Not connected, no right of the user's, subscription ended: whatever the status. */
const DENIED = new Set(["3100", "5020", "6190"]);

function verdictOf(fault: Fault, status: number): Verdict {
  const reason = `fault ${fault.code === "" ? fault.type : fault.code} under status ${status}`;
  const { code } = fault;
  const throttled = code === "3001" || /ThrottleExceeded/i.test(fault.message) || status === 429;
  if (throttled) return { retry: "rate", reason };
  if (code === "3200" || code === "3202" || status === 401 || /AUTHENTICATION/i.test(fault.type)) {
    return { fail: new C360Error("VENDOR_AUTH", { vendor: VENDOR, source: "quickbooks", reason }) };
  }
  if (DENIED.has(code) || status === 403 || /AUTHORIZATION/i.test(fault.type)) {
    const fix =
      "Check that the app is connected to this company and that the realm and the environment belong together.";
    return { fail: new C360Error("VENDOR_PERMISSION", { vendor: VENDOR, subject: "this company", reason, fix }) };
  }
  if (code === "610" || status === 404) {
    return { fail: new C360Error("VENDOR_NOT_FOUND", { vendor: VENDOR, subject: "such object" }) };
  }
  const service = /^(SERVICE|SystemFault)/i.test(fault.type) || /^1\d{4}$/.test(code) || status >= 500;
  if (service) return { retry: "transient", reason };
  return {
    fail: new C360Error("VENDOR_REQUEST", { vendor: VENDOR, reason: `${reason}: ${fault.message.slice(0, 120)}` }),
  };
}
