import { z } from "zod";
import { C360Error, toC360Error } from "#core";
import type { ErrorCode } from "#core";

const STATUS: Partial<Record<ErrorCode, number>> = {
  CONSOLE_SIGN_IN: 401,
  CONSOLE_REFUSED: 403,
  CONSOLE_NOT_FOUND: 404,
  CONSOLE_ANSWERED: 409,
  CONSOLE_REQUEST: 400,
  CONSOLE_RATE: 429,
  POSTGRES_UNREACHABLE: 503,
};

/** The body of every answer of the API that is not a success. */
export interface ErrorBody {
  readonly error: { readonly code: ErrorCode; readonly message: string; readonly hint: string };
}

/** Puts anything thrown into the catalogue; what the HTTP library itself refuses becomes a request error. */
export function toConsoleError(thrown: unknown): C360Error {
  if (thrown instanceof C360Error) return thrown;
  if (thrown instanceof z.ZodError) {
    const fields = [...new Set(thrown.issues.map((issue) => issue.path.join(".") || "the body"))].join(", ");
    return new C360Error("CONSOLE_REQUEST", { problem: `These values are missing or not valid: ${fields}.` });
  }
  const { statusCode } = (thrown ?? {}) as { statusCode?: unknown };
  if (statusCode === 429) return new C360Error("CONSOLE_RATE", {}, { cause: thrown });
  if (typeof statusCode === "number" && statusCode >= 400 && statusCode < 500) {
    return new C360Error("CONSOLE_REQUEST", { problem: httpProblem(statusCode) }, { cause: thrown });
  }
  return toC360Error(thrown);
}

/** The HTTP status of an error: 500 where it has none of its own. */
export function statusOf(error: C360Error): number {
  return STATUS[error.code] ?? 500;
}

/** The standard body. An internal error keeps its reason to the log: it may quote a statement or a value. */
export function errorBody(error: C360Error): ErrorBody {
  const message = error.code === "INTERNAL" ? "Something went wrong that should not." : error.message;
  return { error: { code: error.code, message, hint: error.hint } };
}

function httpProblem(statusCode: number): string {
  if (statusCode === 413) return "The request is too large.";
  if (statusCode === 415) return "The request has a content type that is not known here.";
  return "The request cannot be read.";
}
