import { z } from "zod";
import { C360Error } from "#core";

/** What an error of a batch means for the batch. */
export type Trouble =
  /** The same work may succeed a moment later. */
  | "transient"
  /** One of the messages cannot be handled. */
  | "poison"
  /** Nothing that a message could be blamed for: the stage stops and nothing is skipped. */
  | "fatal";

/** Serialisation failures, deadlocks, lock time-outs: the transaction is simply run again. */
const TRANSIENT = /^(40001|40P01|55P03|08\w{3}|57P0[1-3]|53300)$/;
/** Data exceptions and broken constraints: this value does not fit. */
const DATA = /^(22|23)\w{3}$/;

/** Sorts an error by what helps against it. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof C360Error) return error.retryable && error.code !== "LOG_FENCED" ? "transient" : "fatal";
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === "string") {
    if (TRANSIENT.test(code)) return "transient";
    return DATA.test(code) ? "poison" : "fatal";
  }
  return error instanceof Error ? "poison" : "fatal";
}

/** What went wrong, without any value of the message. */
export function describeTrouble(error: unknown): string {
  if (error instanceof z.ZodError) {
    return `not of the expected shape: ${error.issues.map((issue) => `${issue.path.join(".")} (${issue.code})`).join(", ")}`;
  }
  const found = error as { name?: string; code?: string; column?: string; constraint?: string; table?: string } | null;
  const place = [found?.table, found?.column, found?.constraint].filter((part) => part !== undefined).join(" ");
  return [found?.name ?? "error", found?.code, place].filter((part) => part !== undefined && part !== "").join(" ");
}
