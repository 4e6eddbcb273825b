import type { z } from "zod";
import type { Clock, Random } from "./clock.ts";
import type { ErrorClass } from "./error-catalogue.ts";
import type { Logger } from "./logger.ts";
import type { SecretStore } from "./ports.ts";
import type { StreamNotice } from "./reasons.ts";
import type { MapResult, Provenance, RecordOp } from "./records.ts";

/** How a stream tells what changed. */
export type StreamMode = "incremental" | "snapshot";
/** How a stream tells what was deleted: not at all, by a flag in the row, by stubs, or by absence from a full read. */
export type DeleteSemantics = "none" | "flag" | "stub" | "sweep";

/** What `discover` says of one stream of one account. */
export interface StreamInfo {
  /** Plural snake case after the vendor's entity (`credit_memos`), or one per tab or table found. */
  readonly name: string;
  /** What people call it ("Customers 2026", a tab's title). */
  readonly title: string;
  readonly mode: StreamMode;
  readonly deletes: DeleteSemantics;
  readonly cursorField: string | null;
  /** Hash of the column names or vendor schema, to see drift. */
  readonly schemaHash: string;
  /** Column headers in order, for tables; empty for vendors with a fixed schema. */
  readonly columns: readonly string[];
  /** Up to 200 rows of text by column, for guessing what columns mean; empty for fixed schemas. */
  readonly sample: readonly (readonly string[])[];
  /** Why nothing can be read from it, for a file that cannot be opened or holds no table. */
  readonly unreadable?: string;
}

/** State is opaque to everybody but its connector; `v` lets it be migrated. */
export interface StreamState {
  readonly v: number;
  readonly [key: string]: unknown;
}

/** One object of the source, as it came. */
export interface RecordMessage {
  readonly type: "record";
  readonly stream: string;
  readonly op: RecordOp;
  /** The id inside the stream; the platform makes the key `source:account:stream:id`. */
  readonly id: string;
  readonly cursor: string | null;
  readonly version: string;
  readonly observedAt: string;
  readonly raw: unknown;
  readonly provenance: Provenance;
}

/** Everything of `stream` before this message is covered by `state`; saved once the log has acknowledged it. */
export interface CheckpointMessage {
  readonly type: "checkpoint";
  readonly stream: string;
  readonly state: StreamState;
}

/** The shape of a stream changed. */
export interface SchemaMessage {
  readonly type: "schema";
  readonly stream: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** Something worth telling the operator that stops nothing. */
export interface NoticeMessage {
  readonly type: "notice";
  readonly stream: string;
  readonly code: StreamNotice | "schema_invalid";
  readonly severity: "info" | "warning";
  readonly message: string;
  /** What it is about: a URL, file, tab or column name; never a personal value. */
  readonly subject?: string;
}

/** Counts so far, for people who wait. */
export interface ProgressMessage {
  readonly type: "progress";
  readonly stream: string;
  readonly done: number;
  readonly total?: number;
}

/** How a stream's read ended. Empty and failed are different things. */
export type StreamOutcome = "complete" | "empty_confirmed" | "partial" | "failed";

/** The last message of a stream. */
export interface StreamEndMessage {
  readonly type: "streamEnd";
  readonly stream: string;
  readonly outcome: StreamOutcome;
  readonly counts: { readonly records: number; readonly deletes: number; readonly requests: number };
  /** True where every record that exists now was emitted, so that absence means deletion. False when nothing changed. */
  readonly snapshot: boolean;
  readonly error?: {
    readonly class: ErrorClass;
    readonly code: string;
    readonly message: string;
    readonly hint: string;
  };
  /** Sums by currency as the vendor itself tells them, where it does: `{invoice: {JMD: "12.00"}}`. */
  readonly vendorTotals?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** What `read` yields. */
export type ConnectorMessage =
  RecordMessage | CheckpointMessage | SchemaMessage | NoticeMessage | ProgressMessage | StreamEndMessage;

/** A stream that was read before, to recognise a table again whose columns moved, or were renamed, added or removed. */
export interface KnownStream {
  readonly name: string;
  readonly columns: readonly string[];
}

/** What a connector is lent for one read. */
export interface ConnectorContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly secrets: SecretStore;
  readonly signal: AbortSignal;
  /** Pace and budget; `hostDelayMs` is the least time between two requests to one host of a site that is scraped. */
  readonly limits: { readonly hostDelayMs: number; readonly timeoutMs: number; readonly maxBodyBytes: number };
  /** `host:port` entries that may be private addresses (tests, intranets, the sample company). */
  readonly allowPrivateHosts: readonly string[];
  /** Streams of an account that were read before. */
  readonly known: (account: string) => Promise<readonly KnownStream[]>;
  /** Relative paths in settings are relative to this folder: the workspace. */
  readonly baseDir: string;
  /** Names the firm and a contact to the sites that are read. */
  readonly userAgent: string;
  /** Takes a secret that was met on the way (a token), so that nothing which leaves the process shows it. */
  readonly hide?: (secret: string) => void;
}

/** What is read of one stream. */
export interface StreamPlan {
  readonly stream: string;
  readonly state: StreamState | null;
  /** What the table means, where the stream is a table: gives the id column and whether a later file replaces or adds. */
  readonly table?: TableMapping;
  /** Window for a backfill, ISO dates, inclusive. */
  readonly window?: { readonly from: string; readonly to: string };
  /** Only these objects, because a webhook named them; the state is not moved. */
  readonly pokes?: readonly Poke[];
}

/** A webhook's word that an object changed: what it is now must be asked for. */
export interface Poke {
  readonly account: string;
  readonly stream: string;
  readonly id: string;
  /** True where the vendor says that the object is gone (deleted, or merged into another). */
  readonly gone: boolean;
  /** ISO time of the event by the vendor's clock. */
  readonly at: string;
}

/** A webhook as it came: the signature is over the bytes, so nobody may have parsed them. */
export interface WebhookRequest {
  /** Header names are lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** The answer of `check`. */
export type CheckResult =
  | {
      readonly status: "ok";
      /** The account as its owner calls it ("Sample Trading Ltd"), to be sure that it is the right one. */
      readonly accountName: string;
      readonly detected: Readonly<Record<string, string>>;
    }
  | {
      readonly status: "failed";
      readonly class: ErrorClass;
      readonly code: string;
      readonly message: string;
      readonly hint: string;
    };

/** What `map` may look at besides the record. */
export interface MapContext {
  readonly account: string;
  readonly stream: string;
  readonly sourceId: string;
  readonly key: string;
  /** ISO 4217 of the firm's books; a document without a currency is in it. */
  readonly homeCurrency: string;
  readonly observedAt: string;
  /** What the columns of this table mean, from c360.yaml; absent for vendors with a fixed schema. */
  readonly table?: TableMapping;
}

/** What a table of a file or sheet holds and what its columns mean: kept in c360.yaml, guessed by identity. */
export interface TableMapping {
  readonly entity: "customer" | "transaction" | "interaction" | "campaign" | "social_profile" | "item" | "ignore";
  /** A later file is a full snapshot (customers) or an append (transactions). */
  readonly load: "snapshot" | "append";
  /** Header to field; a header that is not named is kept in the raw record only. */
  readonly columns: Readonly<Record<string, string>>;
  /** Transaction kind, interaction kind or platform where the table has no column for it. */
  readonly defaults?: Readonly<Record<string, string>>;
  /** Header of the column that holds the record's id, where the table has one. */
  readonly id?: string;
  /** Day-first or month-first, by evidence of the whole table; null when the dates need no such choice. */
  readonly dateOrder?: "dmy" | "mdy" | null;
}

/** One account of one source, opened with its settings. */
export interface ConnectorSession {
  /** The account's id: realm, spreadsheet, folder, host. Part of every key. */
  readonly account: string;
  check(): Promise<CheckResult>;
  discover(): Promise<readonly StreamInfo[]>;
  /** Reads the planned streams in order. Never throws for one stream: it ends with a `failed` streamEnd and goes on. */
  read(plans: readonly StreamPlan[]): AsyncIterable<ConnectorMessage>;
  close(): Promise<void>;
}

/** How a person lets us in where the vendor asks them in a browser: OAuth 2, authorisation code with PKCE. */
export interface OAuthGrant {
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  readonly scope: string;
  /** Further parameters of the address, in the vendor's words. */
  readonly parameters: Readonly<Record<string, string>>;
  /** How the application proves itself at the token address. */
  readonly clientAuth: "basic" | "body";
  /** Where the vendor names the account that was chosen: parameter of its answer, and the setting that it belongs in. */
  readonly account?: { readonly parameter: string; readonly setting: string };
}

/** A kind of source. One object per source, listed in `connectors/index.ts`. */
export interface Connector<Settings = unknown> {
  /** `quickbooks`, `google-sheets`, `excel`, `directory`, `social`, `campaigns`. */
  readonly name: string;
  readonly title: string;
  readonly version: number;
  /** zod schema of the settings in the vendor's own words; unknown keys are refused. */
  readonly settings: z.ZodType<Settings>;
  /** Names of settings that are secrets: kept in the secret store, never in state, logs or output. */
  readonly secretSettings: readonly string[];
  /** True where streams are tables whose meaning is kept in c360.yaml. */
  readonly tabular?: boolean;
  /** Splits settings that cover several accounts (drop sub-folders) into one for each; absent where settings are one account. */
  accounts?(settings: Settings, context: ConnectorContext): Promise<readonly Settings[]>;
  open(settings: Settings, context: ConnectorContext): Promise<ConnectorSession>;
  /** The sign-in that these settings (not whole yet) need before `open`; null where they need none. */
  oauth?(settings: Readonly<Record<string, unknown>>): OAuthGrant | null;
  /** Verifies a webhook and gives what it pokes, each object once. Throws VENDOR_AUTH for a signature that is not the vendor's. */
  webhook?(request: WebhookRequest, settings: Settings): readonly Poke[];
  /** Turns one raw record into our words. Pure; the text stays as the vendor wrote it. */
  map(raw: unknown, context: MapContext): MapResult;
  /** Changes whenever `map` gives other results, so that stored raw records are cleansed again. */
  readonly mappingVersion: number;
}
