import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { C360Error, ERRORS } from "#core";
import type { ErrorCode } from "#core";
import { errorsDocument } from "../../jobs/errors-doc.ts";

describe("the error catalogue", () => {
  it("is what docs/errors.md says", () => {
    expect(readFileSync(join(import.meta.dirname, "../../docs/errors.md"), "utf8")).toBe(errorsDocument());
  });

  it("gives every error a hint that says what to do", () => {
    for (const code of Object.keys(ERRORS) as ErrorCode[]) {
      expect(ERRORS[code].hint.length, code).toBeGreaterThan(20);
    }
  });

  it("fills the offending values into message and hint", () => {
    const error = new C360Error("FILE_MISSING", { file: "sales.csv" });
    expect(error.message).toBe("sales.csv does not exist.");
    expect(error.exit).toBe(1);
  });
});
