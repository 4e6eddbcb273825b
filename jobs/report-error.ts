import { toC360Error } from "#core";
import { liveRedactor } from "./redaction.ts";

/** Tells an error to a person (standard error) or a program (standard output); gives the exit code. */
export function reportError(thrown: unknown, options: { readonly json: boolean; readonly command: string }): number {
  const error = toC360Error(thrown);
  const message = liveRedactor.redact(error.message);
  const hint = liveRedactor.redact(error.hint);
  if (options.json) {
    const body = { error: { code: error.code, class: error.class, message, hint, retryable: error.retryable } };
    process.stdout.write(`${JSON.stringify(body)}\n`);
  } else {
    process.stderr.write(`c360 ${options.command}: ${message} [${error.code}]\n  ${hint}\n`);
  }
  if (process.env["C360_DEBUG"] === "1" && thrown instanceof Error) {
    process.stderr.write(`${liveRedactor.redact(String(thrown.stack))}\n`);
    if (error.cause instanceof Error) process.stderr.write(`${liveRedactor.redact(String(error.cause.stack))}\n`);
  }
  return error.exit;
}
