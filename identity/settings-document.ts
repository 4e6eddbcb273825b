import { C360Error } from "#core";
import { z } from "zod";
import type { LinkageSettings } from "./settings.ts";

const share = z.number().min(0).max(1);
const words = z.array(z.string()).readonly();
const counts = z.record(z.string(), z.number().positive()).readonly();
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

/** Version of the document that is written and read. */
const VERSION = 2;
const ANEW = "`c360 link FILE --out clusters.csv --settings-out settings.json` writes them anew.";

const line = z.object({ scale: z.number(), shift: z.number() });

const schema = z.object({
  version: z.literal(VERSION),
  lexicon: z.object({
    legalForms: z.array(z.object({ form: z.string(), aliases: words }).readonly()).readonly(),
    organisationWords: words,
    tradingAs: words,
    placeholders: words,
    nicknames: z.array(words).readonly(),
    // Documents that were written before these tables were part of them go without.
    commonNames: z.object({ given: counts, family: counts }).readonly().default({ given: {}, family: {} }),
    countryNames: z.array(words).readonly().default([]),
    homeWords: words.default([]),
    handleEnds: words.default([]),
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

/** Whose document is read, and by which command: for what is said of a wrong one. */
interface SettingsOrigin {
  readonly file: string;
  readonly command: string;
}

/** Reads {@link serialiseSettings}' document. Throws a C360Error (USAGE) that names the first wrong field. */
export function parseSettings(
  text: string,
  { file, command }: SettingsOrigin = { file: "the linkage settings", command: "link" },
): LinkageSettings {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new C360Error("USAGE", { problem: `${file}: these settings are not JSON. ${ANEW}`, command });
  }
  const version = (json as { version?: unknown } | null)?.version;
  if (typeof version === "number" && version !== VERSION) {
    const why = version > VERSION ? "a newer release of c360 wrote it" : "an older release of c360 wrote it";
    const problem = `${file}: these settings are of version ${version}, this release reads version ${VERSION}: ${why}. ${ANEW}`;
    throw new C360Error("USAGE", { problem, command });
  }
  const read = schema.safeParse(json);
  if (!read.success) {
    const [issue] = read.error.issues;
    const where = issue?.path.join(".") ?? "";
    throw new C360Error("USAGE", {
      problem: `${file}: these settings are not valid at ${where === "" ? "the top" : where}: ${issue?.message ?? ""}. ${ANEW}`,
      command,
    });
  }
  // The optional `hold` of the schema may be undefined, ours is absent; after JSON the two are one.
  return read.data as LinkageSettings;
}
