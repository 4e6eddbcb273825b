import type { CountryPack, EntityKind, MapResult, RawRecord, TableMapping } from "#core";
import { standardiseEntity } from "./entities.ts";
import type { AnyPayload } from "./entities.ts";
import { isRejected, reject } from "./entity-parts.ts";

/** What a connector's mapping made of one raw record. */
export interface Mapped {
  readonly result: MapResult;
  /** Changes whenever the mapping, its settings or the standardisers would give another result. */
  readonly mappingHash: string;
  /** What the columns mean, where the stream is a table. */
  readonly table?: TableMapping;
}

/** What the cleanse stage is given by whoever puts the parts together. */
export interface CleanseOptions {
  readonly pack: CountryPack;
  readonly homeCurrency: string;
  /** Turns a raw record into our words by its connector; pure. */
  readonly mapRecord: (raw: RawRecord) => Mapped;
}

/** One cleansed entity of a raw record. */
export interface CleansedEntity {
  readonly kind: EntityKind;
  readonly payload: AnyPayload;
}

/** What becomes of one raw record. */
export type Verdict =
  | { readonly outcome: "loaded"; readonly entities: readonly CleansedEntity[] }
  | {
      readonly outcome: "quarantined";
      readonly reason: string;
      readonly detail: string;
      readonly field: string | null;
    }
  | { readonly outcome: "filtered"; readonly reason: string };

/** Maps a raw record; a mapping that breaks on it makes it wait, whole, instead of stopping the stream. */
export function mapSafely(raw: RawRecord, options: CleanseOptions): Mapped {
  try {
    const mapped = options.mapRecord(raw);
    // What a connector gives is checked here once: everything after trusts it.
    if (mapped.result === null || typeof mapped.result !== "object") throw new TypeError("no result");
    return mapped;
  } catch (error) {
    return { result: reject("schema_invalid", "", `the mapping failed: ${nameOf(error)}`), mappingHash: "" };
  }
}

/** Standardises what the mapping gave. One entity that cannot be used keeps the whole record back. */
export function judge(raw: RawRecord, mapped: Mapped, options: CleanseOptions): Verdict {
  const { result } = mapped;
  if (isRejected(result)) return quarantined(result.rejected, result.detail, result.field);
  if ("filtered" in result) return { outcome: "filtered", reason: result.filtered };
  const context = {
    raw,
    pack: options.pack,
    homeCurrency: options.homeCurrency,
    dateOrder: mapped.table?.dateOrder ?? null,
  };
  const entities: CleansedEntity[] = [];
  for (const entity of result) {
    try {
      const payload = standardiseEntity(entity, context);
      if (isRejected(payload)) return quarantined(payload.rejected, payload.detail, payload.field);
      entities.push({ kind: entity.kind, payload });
    } catch (error) {
      return quarantined("schema_invalid", `standardising the ${entity.kind} failed: ${nameOf(error)}`, undefined);
    }
  }
  return { outcome: "loaded", entities };
}

function quarantined(reason: string, detail: string, field: string | undefined): Verdict {
  return { outcome: "quarantined", reason, detail, field: field === undefined || field === "" ? null : field };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "unknown error";
}
