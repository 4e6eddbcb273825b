import { ERRORS } from "./error-catalogue.ts";
import type { CatalogueEntry, ErrorClass, ErrorCode } from "./error-catalogue.ts";

/** The one error class of the product. */
export class C360Error extends Error {
  readonly code: ErrorCode;
  readonly class: ErrorClass;
  readonly hint: string;
  readonly retryable: boolean;
  readonly exit: number;
  /** Values for programs; never secrets or personal data. */
  readonly details: Readonly<Record<string, string | number>>;

  constructor(code: ErrorCode, details: Readonly<Record<string, string | number>> = {}, options?: { cause?: unknown }) {
    const found: CatalogueEntry = ERRORS[code];
    super(fill(found.message, details), options);
    this.name = "C360Error";
    this.code = code;
    this.class = found.class;
    this.hint = fill(found.hint, details);
    this.retryable = found.retryable;
    this.exit = found.exit;
    this.details = details;
  }
}

/** Wraps anything thrown: a C360Error stays, known system errors get their code, the rest becomes INTERNAL. */
export function toC360Error(thrown: unknown, path = "the workspace"): C360Error {
  if (thrown instanceof C360Error) return thrown;
  const system = thrown as { code?: unknown; path?: unknown; port?: unknown; message?: unknown } | null;
  const where = typeof system?.path === "string" ? system.path : path;
  switch (system?.code) {
    case "ENOSPC":
    case "53100":
      return new C360Error("DISK_FULL", { path: where }, { cause: thrown });
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new C360Error("PERMISSION", { action: "Access to", path: where }, { cause: thrown });
    case "EADDRINUSE":
      return new C360Error(
        "PORT_IN_USE",
        { port: typeof system.port === "number" ? system.port : "?", setting: "`--port`" },
        { cause: thrown },
      );
    default:
      return new C360Error(
        "INTERNAL",
        { reason: thrown instanceof Error ? thrown.message : String(thrown) },
        { cause: thrown },
      );
  }
}

function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}
