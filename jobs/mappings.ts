import { contentHash } from "#core";
import type { Connector, ConnectorSession, MapResult, RawRecord, StreamInfo, TableMapping } from "#core";
import { findConnector } from "#connectors";
import { recogniseTable } from "#identity";
import { recordTableMapping } from "./config-file.ts";
import { driftFacts, driftRejection } from "./drift.ts";
import { requireConnector } from "./sources.ts";
import type { Source } from "./sources.ts";
import { releaseVersion } from "./package.ts";
import type { Workspace } from "./workspace.ts";

/** A mapping that was guessed in this run, for the notice and the printed line. */
export interface GuessedMapping {
  readonly stream: string;
  readonly title: string;
  readonly mapping: TableMapping;
  readonly confidence: number;
}

/** What the tables of a session mean: from c360.yaml, or guessed by headers and content and written there. */
export async function tableMappings(
  workspace: Workspace,
  source: Source,
  streams: readonly StreamInfo[],
): Promise<{ readonly tables: ReadonlyMap<string, TableMapping>; readonly guessed: readonly GuessedMapping[] }> {
  const tables = new Map<string, TableMapping>();
  const guessed: GuessedMapping[] = [];
  for (const stream of streams) {
    const known = source.config.tables?.[stream.name];
    if (known !== undefined) {
      tables.set(stream.name, asTableMapping(known));
      continue;
    }
    if (stream.columns.length === 0) continue;
    const guess = recogniseTable({
      title: stream.title,
      columns: stream.columns,
      sample: stream.sample,
      pack: workspace.pack,
    });
    tables.set(stream.name, guess.mapping);
    guessed.push({ stream: stream.name, title: stream.title, mapping: guess.mapping, confidence: guess.confidence });
    await recordTableMapping(workspace.paths.config, {
      source: source.name,
      stream: stream.name,
      title: stream.title,
      mapping: guess.mapping,
      notes: guess.notes,
    });
  }
  return { tables, guessed };
}

/** Turns raw records into our words with the connector and the table mapping that belong to them. */
export interface RecordMapper {
  map(raw: RawRecord): { readonly result: MapResult; readonly mappingHash: string; readonly table?: TableMapping };
  /**
   * The hash that records of a stream get now: another one than before means that they must be cleansed again. Null where
   * c360.yaml does not say any more what the table means: its records stay as they are.
   */
  hash(stream: { readonly source: string; readonly account: string; readonly stream: string }): string | null;
  /** Adds what one source's accounts and tables mean. */
  learn(source: Source, session: ConnectorSession, tables: ReadonlyMap<string, TableMapping>): void;
}

/** Makes the mapper that the cleanse stage is given. Mappings of all configured tables are known by stream from the start. */
export function createRecordMapper(workspace: Workspace, sources: readonly Source[]): RecordMapper {
  const byAccount = new Map<string, TableMapping>();
  const byStream = new Map<string, TableMapping>();
  for (const source of sources) {
    for (const [stream, table] of Object.entries(source.config.tables ?? {})) {
      byStream.set(`${source.connector.name}:${stream}`, asTableMapping(table));
    }
  }
  const hashes = new Map<string, string>();
  const packHash = contentHash(workspace.pack);
  const release = releaseVersion();
  return {
    hash(one) {
      const connector = findConnector(one.source);
      const table = tableOf(one);
      if (connector === undefined || (connector.tabular === true && table === undefined)) return null;
      return mappingHash(connector, one.stream, table);
    },
    learn(source, session, tables) {
      for (const [stream, table] of tables) {
        byAccount.set(`${source.connector.name}:${session.account}:${stream}`, table);
        byStream.set(`${source.connector.name}:${stream}`, table);
      }
    },
    map(raw) {
      const connector = requireConnector(raw.source);
      const table = tableOf(raw);
      const result =
        driftRejection(sources, raw) ??
        connector.map(raw.raw, {
          account: raw.account,
          stream: raw.stream,
          sourceId: raw.id,
          key: raw.key,
          homeCurrency: workspace.homeCurrency,
          observedAt: raw.observedAt,
          ...(table === undefined ? {} : { table }),
        });
      return {
        result,
        mappingHash: mappingHash(connector, raw.stream, table),
        ...(table === undefined ? {} : { table }),
      };
    },
  };

  function tableOf(one: {
    readonly source: string;
    readonly account: string;
    readonly stream: string;
  }): TableMapping | undefined {
    return byAccount.get(`${one.source}:${one.account}:${one.stream}`) ?? byStream.get(`${one.source}:${one.stream}`);
  }

  function mappingHash(connector: Connector, stream: string, table: TableMapping | undefined): string {
    const name = `${connector.name}:${stream}:${table === undefined ? "" : contentHash(table)}`;
    const facts = mappingFacts(connector, table, driftFacts(sources, connector.name, stream));
    const made = hashes.get(name) ?? contentHash({ ...facts, home: workspace.homeCurrency, pack: packHash, release });
    hashes.set(name, made);
    return made;
  }
}

/** What of a stream decides how its records are cleansed. */
function mappingFacts(connector: Connector, table: TableMapping | undefined, drift: object): object {
  return { connector: connector.name, version: connector.mappingVersion, table: table ?? null, ...drift };
}

type ConfiguredTable = NonNullable<Source["config"]["tables"]>[string];

/** A table of c360.yaml without the members that zod leaves as undefined. */
function asTableMapping(table: ConfiguredTable): TableMapping {
  return {
    entity: table.entity,
    load: table.load,
    columns: table.columns,
    ...(table.defaults === undefined ? {} : { defaults: table.defaults }),
    ...(table.id === undefined ? {} : { id: table.id }),
    ...(table.dateOrder === undefined ? {} : { dateOrder: table.dateOrder }),
  };
}

/** One line for people: what a table was taken for. */
export function describeMapping(guess: GuessedMapping): string {
  const columns = Object.entries(guess.mapping.columns).map(([header, field]) => `${header} → ${field}`);
  return `${guess.title}: ${guess.mapping.entity} table (${guess.mapping.load}); ${columns.join(", ")}`;
}
