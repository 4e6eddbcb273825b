import type { BandTable } from "./bands.ts";
import type { Calibration } from "./calibrate.ts";
import type { ModelKind } from "./training-types.ts";
import type { Part } from "./parts.ts";
import type { ColumnType, Writing } from "./table.ts";

/** A trained model: plain values and 32-bit numbers, the same for every backend. */
export interface TabularModel {
  readonly format: 3;
  readonly kind: ModelKind;
  /** "additive", "boosted", "mean: boosted, network", "rule: <name>", ... */
  readonly name: string;
  readonly version: string;
  readonly target: string;
  /** Value of the target that counts as 1. */
  readonly positive: string;
  /** Column that names the customers, where one was named. */
  readonly id: string | null;
  readonly features: readonly string[];
  /** What each feature was recognised as. */
  readonly types: Readonly<Record<string, ColumnType>>;
  /** How the files that it learnt from write numbers and dates, for columns whose text has to be read first. */
  readonly writings?: Readonly<Record<string, Writing>>;
  /** The usual value of each feature: what a reason compares with. */
  readonly usual: Readonly<Record<string, string>>;
  readonly parts: readonly Part[];
  readonly calibration: Calibration;
  readonly bands: BandTable;
  readonly settings: Readonly<Record<string, number>>;
  /** Measured on rows that the model had not seen. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly seed: number;
  readonly backend: string;
  readonly dataHash: string;
}

const MAGIC = "C360MODEL\n";
const HEAD = MAGIC.length + 6;

/**
 * The bytes of a model, for a file or a database column: a mark, the length of the header, the header as JSON, and all
 * 32-bit numbers one after another, little-endian. The header says where each run of numbers begins and how long it is.
 */
export function serialiseModel(model: TabularModel): Uint8Array {
  const runs: Float32Array[] = [];
  let numbers = 0;
  const header = JSON.stringify(model, (_key, value: unknown) => {
    if (!(value instanceof Float32Array)) return value;
    runs.push(value);
    numbers += value.length;
    return { f32: [numbers - value.length, value.length] };
  });
  const text = new TextEncoder().encode(header);
  const length = Math.ceil(text.length / 4) * 4;
  const bytes = new Uint8Array(HEAD + length + 4 * numbers);
  bytes.set(new TextEncoder().encode(MAGIC));
  const view = new DataView(bytes.buffer);
  view.setUint32(HEAD - 4, length, true);
  bytes.fill(32, HEAD, HEAD + length);
  bytes.set(text, HEAD);
  let at = HEAD + length;
  for (const run of runs) {
    for (let i = 0; i < run.length; i += 1, at += 4) view.setFloat32(at, run[i]!, true);
  }
  return bytes;
}

/** Reads what {@link serialiseModel} wrote. Throws a TypeError on anything else. */
export function parseModel(bytes: Uint8Array): TabularModel {
  const mark = new TextDecoder().decode(bytes.subarray(0, MAGIC.length));
  if (mark !== MAGIC || bytes.length < HEAD) throw new TypeError("not a model file");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = HEAD + view.getUint32(HEAD - 4, true);
  if (start > bytes.length) throw new TypeError("the model file ends too early");
  const header = new TextDecoder().decode(bytes.subarray(HEAD, start));
  const model = parseHeader(header, (from, length) => {
    if (start + 4 * (from + length) > bytes.length) throw new TypeError("the model file ends too early");
    return Float32Array.from({ length }, (_unused, i) => view.getFloat32(start + 4 * (from + i), true));
  });
  if (model.format !== 3) throw new TypeError("a model file of another format");
  return model;
}

function parseHeader(header: string, numbers: (from: number, length: number) => Float32Array): TabularModel {
  try {
    return JSON.parse(header, (_key, value: unknown) => {
      const run = typeof value === "object" && value !== null && "f32" in value ? value.f32 : null;
      return Array.isArray(run) ? numbers(Number(run[0]), Number(run[1])) : value;
    }) as TabularModel;
  } catch (error) {
    if (error instanceof TypeError) throw error;
    throw new TypeError("the model file's header cannot be read", { cause: error });
  }
}
