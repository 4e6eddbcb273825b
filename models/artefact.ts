import type { BandTable } from "./bands.ts";
import type { Calibration } from "./calibrate.ts";
import type { Candidate } from "./candidates.ts";
import type { Encoder, FeatureEncoding } from "./encode.ts";
import type { RuleModel } from "./rule.ts";

/** A trained model as plain JSON; weights are little-endian 32-bit numbers in base64, the same for every backend. */
export interface TabularModel {
  readonly format: 1;
  readonly kind: Candidate["kind"];
  /** "additive", "logistic", or "rule: <name>". */
  readonly name: string;
  readonly version: string;
  readonly target: string;
  readonly features: readonly string[];
  readonly encoding: { readonly features: readonly FeatureEncoding[]; readonly means: string } | null;
  readonly weights: string;
  readonly intercept: number;
  readonly rule: RuleModel | null;
  readonly calibration: Calibration;
  readonly bands: BandTable;
  readonly settings: Readonly<Record<string, number>>;
  /** Measured on rows that the model had not seen. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly seed: number;
  readonly backend: string;
  readonly dataHash: string;
}

/** Packs a candidate with its calibration into the form that is stored. */
export function toArtefact(
  candidate: Candidate,
  rest: Pick<
    TabularModel,
    "target" | "features" | "calibration" | "bands" | "metrics" | "seed" | "backend" | "dataHash" | "version"
  >,
): TabularModel {
  const { encoder } = candidate;
  return {
    format: 1,
    kind: candidate.kind,
    name: candidate.name,
    encoding: encoder === null ? null : { features: encoder.features, means: toBase64(encoder.means) },
    weights: toBase64(candidate.weights),
    intercept: candidate.intercept,
    rule: candidate.rule,
    settings: candidate.settings,
    ...rest,
  };
}

/** The bytes of a model, for a file or a database column. */
export function serialiseModel(model: TabularModel): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(model));
}

/** Reads what {@link serialiseModel} wrote. Throws a SyntaxError or a TypeError on anything else. */
export function parseModel(bytes: Uint8Array): TabularModel {
  const model = JSON.parse(new TextDecoder().decode(bytes)) as TabularModel;
  if (model.format !== 1 || typeof model.weights !== "string") throw new TypeError("not a model file of format 1");
  return model;
}

/** Encoder and weights of a stored model. */
export function unpack(
  model: TabularModel,
  widthOf: (feature: FeatureEncoding) => number,
): { encoder: Encoder; weights: Float32Array } | null {
  if (model.encoding === null) return null;
  const { features, means } = model.encoding;
  const offsets = [0];
  for (const feature of features) offsets.push(offsets.at(-1)! + widthOf(feature));
  return { encoder: { features, offsets, means: fromBase64(means) }, weights: fromBase64(model.weights) };
}

function toBase64(values: Float32Array): string {
  const bytes = Buffer.alloc(values.length * 4);
  for (let i = 0; i < values.length; i += 1) bytes.writeFloatLE(values[i]!, i * 4);
  return bytes.toString("base64");
}

function fromBase64(text: string): Float32Array {
  const bytes = Buffer.from(text, "base64");
  return Float32Array.from({ length: bytes.length / 4 }, (_unused, i) => bytes.readFloatLE(i * 4));
}
