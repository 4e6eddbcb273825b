import { C360Error } from "#core";
import type { Verdict } from "../http.ts";
import type { HttpResponse } from "../http-transport.ts";
import { inspectJson, jsonOf } from "../json.ts";

const VENDOR = "Google Sheets";
const NO_API = "this API";
const NO_ADDRESS = "such address";

/** True for an error that says nothing about the file: the API is not there, not switched on, or not for this token. */
export function isWithoutApi(error: unknown): boolean {
  return error instanceof C360Error && (error.details["subject"] === NO_API || error.details["subject"] === NO_ADDRESS);
}

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
  if (status < 300) return inspectJson(response, VENDOR);
  const error = errorOf(response);
  const limited = error.reasons.some((reason) => /rateLimit|RATE_LIMIT|quotaExceeded|dailyLimit/i.test(reason));
  if (status === 429 || error.status === "RESOURCE_EXHAUSTED" || (status === 403 && limited)) {
    return { retry: "rate", reason: "quota used up" };
  }
  if (status === 403 && error.reasons.some((reason) => /accessNotConfigured|SERVICE_DISABLED/i.test(reason))) {
    const fix = "Switch the API on in the project of the service account.";
    return {
      fail: new C360Error("VENDOR_PERMISSION", { vendor: VENDOR, subject: NO_API, reason: "API disabled", fix }),
    };
  }
  // The token may be good for the sheet all the same: what it may not do is ask this API.
  if (status === 403 && error.reasons.some((reason) => /^insufficientPermissions$|SCOPE_INSUFFICIENT/i.test(reason))) {
    const fix = "Sign in again and allow reading.";
    return {
      fail: new C360Error("VENDOR_PERMISSION", { vendor: VENDOR, subject: NO_API, reason: "scope missing", fix }),
    };
  }
  if (status === 403) {
    const reason = error.status === "" ? "status 403" : error.status;
    return {
      fail: new C360Error("VENDOR_PERMISSION", { vendor: VENDOR, subject: "the spreadsheet", reason, fix: "" }),
    };
  }
  if (status === 404 && error.status === "" && error.reasons.length === 0 && error.message === "")
    return { fail: new C360Error("VENDOR_NOT_FOUND", { vendor: VENDOR, subject: NO_ADDRESS }) };
  if (status === 404)
    return { fail: new C360Error("VENDOR_NOT_FOUND", { vendor: VENDOR, subject: "such spreadsheet" }) };
  if (status === 400 && error.message.startsWith("Unable to parse range")) {
    return { fail: new C360Error("VENDOR_NOT_FOUND", { vendor: VENDOR, subject: "such tab" }) };
  }
  return null;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
