import { C360Error } from "#core";
import type { Verdict } from "../http.ts";
import { TransportError } from "../http-transport.ts";
import type { HttpResponse } from "../http-transport.ts";
import { jsonOf } from "../json.ts";

const VENDOR = "Google Sheets";

interface GoogleError {
  readonly status: string;
  readonly reasons: readonly string[];
  readonly message: string;
}

function errorOf(response: HttpResponse): GoogleError {
  const none = { status: "", reasons: [], message: "" };
  if (response.status < 400) return none;
  try {
    const body = jsonOf(response, VENDOR) as {
      error?: {
        status?: unknown;
        message?: unknown;
        errors?: { reason?: unknown }[];
        details?: { reason?: unknown }[];
      };
    };
    const reasons = [...(body.error?.errors ?? []), ...(body.error?.details ?? [])].map(({ reason }) => textOf(reason));
    return { status: textOf(body.error?.status), reasons, message: textOf(body.error?.message) };
  } catch {
    return none;
  }
}

/** What to do with an answer. Rate limits come as 429, and as 403 with a reason; a tab that is gone comes as 400. */
export function inspectSheets(response: HttpResponse): Verdict | null {
  const { status } = response;
  if (status < 300) {
    try {
      jsonOf(response, VENDOR);
      return { use: true };
    } catch (error) {
      return error instanceof TransportError
        ? { retry: "transient", reason: error.message }
        : { fail: error as C360Error };
    }
  }
  const error = errorOf(response);
  const limited = error.reasons.some((reason) => /rateLimit|RATE_LIMIT|quotaExceeded/i.test(reason));
  if (status === 429 || error.status === "RESOURCE_EXHAUSTED" || (status === 403 && limited)) {
    return { retry: "rate", reason: "quota used up" };
  }
  if (status === 403) {
    const reason = error.status === "" ? "status 403" : error.status;
    return {
      fail: new C360Error("VENDOR_PERMISSION", { vendor: VENDOR, subject: "the spreadsheet", reason, fix: "" }),
    };
  }
  if (status === 404)
    return { fail: new C360Error("VENDOR_NOT_FOUND", { vendor: VENDOR, subject: "such a spreadsheet" }) };
  if (status === 400 && error.message.startsWith("Unable to parse range")) {
    return { fail: new C360Error("VENDOR_NOT_FOUND", { vendor: VENDOR, subject: "such a tab" }) };
  }
  return null;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
