import { C360Error } from "#core";
import { z } from "zod";
import type { LinkageSettings } from "./settings.ts";

const share = z.number().min(0).max(1);
const words = z.array(z.string()).readonly();
const level = z.object({ name: z.string(), m: share, u: share, related: z.record(z.string(), share) }).readonly();
const comparison = z
  .object({ name: z.string(), hold: z.number().optional(), levels: z.array(level).readonly() })
  .readonly();
const model = z
  .object({
    rate: share,
    related: z
      .array(z.object({ name: z.string(), rate: share, expected: z.number().optional() }).readonly())
      .readonly(),
    comparisons: z.array(comparison).readonly(),
  })
  .readonly();
const byKind = <Schema extends z.ZodType>(one: Schema) =>
  z.object({ person: one, organisation: one, item: one }).readonly();

const line = z.object({ scale: z.number(), shift: z.number() });

const schema = z.object({
  version: z.literal(2),
  lexicon: z.object({
    legalForms: z.array(z.object({ form: z.string(), aliases: words }).readonly()).readonly(),
    organisationWords: words,
    tradingAs: words,
    placeholders: words,
    nicknames: z.array(words).readonly(),
    titles: words,
    streetTypes: z.record(z.string(), z.string()),
    unitWords: words,
  }),
  models: byKind(model),
  thresholds: z.object({
    link: share,
    possible: share,
    cluster: z.number(),
    auto: byKind(share.nullable()),
  }),
  limits: z.object({
    maxBlock: z.number().int().positive(),
    maxCandidates: z.number().int().positive(),
    unscored: z.number(),
    floor: z.number(),
    ceiling: z.number(),
  }),
  calibration: byKind(line.extend({ best: line.readonly().optional() }).readonly()),
  frequencies: z
    .object({
      records: z.number(),
      sources: z.number(),
      tables: z.record(z.string(), z.record(z.string(), z.number())),
    })
    .nullable(),
});

/** Settings as the versioned JSON document that is kept, exported and imported. The same settings give the same text. */
export function serialiseSettings(settings: LinkageSettings): string {
  // Through the schema, so that the order of fields is the document's own.
  return `${JSON.stringify(schema.parse(settings))}\n`;
}

/** Reads {@link serialiseSettings}' document. Throws a C360Error (USAGE) that names the first wrong field. */
export function parseSettings(text: string): LinkageSettings {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new C360Error("USAGE", { problem: "the linkage settings are not JSON", command: "link" });
  }
  const read = schema.safeParse(json);
  if (!read.success) {
    const [issue] = read.error.issues;
    const where = issue?.path.join(".") ?? "";
    throw new C360Error("USAGE", {
      problem: `the linkage settings are not valid at ${where === "" ? "the top" : where}: ${issue?.message ?? ""}`,
      command: "link",
    });
  }
  // The optional `hold` of the schema may be undefined, ours is absent; after JSON the two are one.
  return read.data as LinkageSettings;
}
