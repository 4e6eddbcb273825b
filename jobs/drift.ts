import { C360Error } from "#core";
import type { DriftPolicy, RawRecord, RecordMessage, Rejected, SchemaMessage } from "#core";
import type { Source } from "./sources.ts";

/** Names that are remembered of one stream. */
const MAX_NAMES = 2000;

/** What is done with a record: as it is, with members taken out, marked for quarantine, or not at all. */
export type DriftVerdict =
  { readonly kind: "take"; readonly message: RecordMessage } | { readonly kind: "stop"; readonly error: C360Error };

/** Watches the shape of one stream and applies its policy to what was not there before. */
export interface DriftWatch {
  /** A table's columns changed; gives the error of a frozen stream. */
  schema(message: SchemaMessage): C360Error | null;
  record(message: RecordMessage): DriftVerdict;
  /** Names that were met for the first time since this was asked last, for the drift log. */
  fresh(): readonly string[];
  /** Columns to remember: those that are accepted. */
  accepted(current: readonly string[]): readonly string[];
}

const plain = (name: string): string => name.trim().replace(/\s+/g, " ").toLowerCase();

/**
 * Watches a stream against the columns it had (`known`, empty before its first read). `evolve` takes what is new and learns it;
 * `freeze` stops the stream; `discard_row` marks rows with a value in a new column for quarantine; `discard_value` leaves the
 * new columns' values out. `tabular` streams tell their columns by themselves; others are learnt from their records.
 */
export function watchDrift(options: {
  readonly title: string;
  readonly policy: DriftPolicy;
  readonly known: readonly string[];
  readonly tabular: boolean;
}): DriftWatch {
  const { policy, known, title, tabular } = options;
  const accepted = new Map(known.map((name) => [plain(name), name]));
  const learning = known.length === 0;
  const sure = new Set<string>();
  const told = new Set<string>();
  let fresh: string[] = [];
  const takes = policy === "evolve" || learning;
  return {
    schema: (message) => (policy === "freeze" && !learning ? changed(title, known, message.after) : null),
    record(message) {
      const names = unknownNames(message.raw, accepted, sure);
      if (names.length === 0) return { kind: "take", message };
      if (!learning && !tabular) fresh.push(...names.filter((name) => !told.has(name)));
      for (const name of names) told.add(name);
      if (takes) {
        for (const name of accepted.size < MAX_NAMES ? names : []) accepted.set(plain(name), name);
        return { kind: "take", message };
      }
      if (policy === "freeze") return { kind: "stop", error: frozen(title, names) };
      return { kind: "take", message: policy === "discard_row" ? marked(message, names) : without(message, names) };
    },
    fresh() {
      const names = fresh;
      fresh = [];
      return names;
    },
    accepted: (current) => {
      if (tabular) return takes ? current : known;
      return [...accepted.values()].sort();
    },
  };
}

/** Names of a record that no accepted column has. `sure` remembers those that were looked up: nearly every name is there. */
function unknownNames(raw: unknown, accepted: ReadonlyMap<string, string>, sure: Set<string>): readonly string[] {
  if (raw === null || typeof raw !== "object" || Array.isArray(raw)) return [];
  const names: string[] = [];
  for (const name in raw) {
    if (sure.has(name)) continue;
    // Marks of ours are no columns.
    if (name.startsWith("__") || accepted.has(plain(name))) sure.add(name);
    else names.push(name);
  }
  return names;
}

function changed(title: string, known: readonly string[], after: readonly string[]): C360Error | null {
  const before = new Set(known.map(plain));
  const now = new Set(after.map(plain));
  const names = [...after.filter((name) => !before.has(plain(name))), ...known.filter((name) => !now.has(plain(name)))];
  return names.length === 0 ? null : frozen(title, names);
}

function frozen(stream: string, columns: readonly string[]): C360Error {
  return new C360Error("SCHEMA_FROZEN", { stream, columns: columns.slice(0, 10).join(", ") });
}

/** The row goes to quarantine, where it can be seen and replayed. */
function marked(message: RecordMessage, names: readonly string[]): RecordMessage {
  return { ...message, provenance: { ...message.provenance, drift: names.join(", ") } };
}

function without(message: RecordMessage, names: readonly string[]): RecordMessage {
  const left = { ...(message.raw as Record<string, unknown>) };
  for (const name of names) delete left[name];
  return { ...message, raw: left };
}

function discardsRows(sources: readonly Source[], source: string, stream: string): boolean {
  return sources
    .filter(({ connector }) => connector.name === source)
    .some(({ config }) => (config.drift?.[stream] ?? config.drift?.["*"]) === "discard_row");
}

/** What of a stream's policy has a say in how its records are cleansed: another answer means cleansing them again. */
export function driftFacts(sources: readonly Source[], source: string, stream: string): { readonly drift?: string } {
  return discardsRows(sources, source, stream) ? { drift: "discard_row" } : {};
}

/** Why a record that was marked goes to quarantine; null for all others. The mark counts only as long as c360.yaml says so. */
export function driftRejection(sources: readonly Source[], raw: RawRecord): Rejected | null {
  const { drift } = raw.provenance;
  if (drift === undefined || !discardsRows(sources, raw.source, raw.stream)) return null;
  return { rejected: "schema_drift", detail: `new: ${drift}` };
}
