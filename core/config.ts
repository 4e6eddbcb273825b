import { z } from "zod";

const columns = z.record(z.string(), z.string());

/** What one table of a file or sheet holds: guessed, printed and kept here for correction. */
export const tableMappingSchema = z.strictObject({
  entity: z.enum(["customer", "transaction", "interaction", "campaign", "social_profile", "item", "ignore"]),
  load: z.enum(["snapshot", "append"]),
  columns,
  defaults: z.record(z.string(), z.string()).optional(),
  id: z.string().optional(),
  dateOrder: z.enum(["dmy", "mdy"]).nullable().optional(),
});

/** What can be done with a stream whose columns change. */
export const DRIFT_POLICIES = ["evolve", "freeze", "discard_row", "discard_value"] as const;

/** One of {@link DRIFT_POLICIES}. */
export type DriftPolicy = (typeof DRIFT_POLICIES)[number];

/** One source in c360.yaml. `settings` are checked by its connector. */
export const sourceConfigSchema = z.strictObject({
  /** Name of the connector. */
  connector: z.string(),
  enabled: z.boolean().default(true),
  settings: z.record(z.string(), z.unknown()).default({}),
  /** Least time between two requests to one host of a site that is scraped, milliseconds. */
  host_delay_ms: z.number().int().min(0).optional(),
  allow_private_hosts: z.array(z.string()).optional(),
  /** Streams to read; all that are found where absent. */
  streams: z.array(z.string()).optional(),
  /**
   * What happens when a stream's columns change, by stream name or `*`: `evolve` takes new ones (the default), `freeze` stops the
   * stream, `discard_row` puts rows that use new ones into quarantine, `discard_value` leaves their values out.
   */
  drift: z.record(z.string(), z.enum(DRIFT_POLICIES)).optional(),
  /** By stream name. */
  tables: z.record(z.string(), tableMappingSchema).optional(),
});

/** The whole of c360.yaml. Every key has a default but `version`. */
export const workspaceConfigSchema = z.strictObject({
  version: z.literal(1),
  /** What the firm is called in reports. */
  name: z.string().default("My company"),
  /** Country pack: ISO 3166-1 alpha-2. */
  country: z.string().length(2).default("JM"),
  /** Default: the country's. */
  home_currency: z.string().length(3).optional(),
  /** Dated exchange rates: CSV `date,currency,rate` (home units for one unit), relative to the workspace. */
  rates_file: z.string().optional(),
  /** `shop` speaks of customers and sales, `nonprofit` of donors and gifts. */
  mode: z.enum(["shop", "nonprofit"]).default("shop"),
  /** Names the firm to sites that are read; must contain a way to be contacted. */
  user_agent_contact: z.string().default("no contact configured"),
  sources: z.record(z.string().regex(/^[a-z0-9][a-z0-9_-]*$/), sourceConfigSchema).default({}),
  database: z
    .strictObject({
      /** Port of the embedded server; chosen and written by `init`. */
      port: z.number().int().min(1024).max(65535).optional(),
    })
    .default({}),
  /** Used where KAFKA_BROKERS is set. Workspaces that share a cluster need a prefix each ("shop."). */
  kafka: z
    .strictObject({
      topic_prefix: z
        .string()
        .regex(/^[a-z0-9][a-z0-9._-]{0,99}$/)
        .optional(),
      /** Of topics that are made here. */
      partitions: z.number().int().min(1).max(1000).optional(),
      replication_factor: z.number().int().min(1).max(9).optional(),
    })
    .default({}),
  guards: z
    .strictObject({
      /** Share of a stream's records that may vanish in one read before deletes are held back. */
      max_drop: z.number().min(0).max(1).default(0.3),
      /** Streams smaller than this are not guarded by share. */
      min_records: z.number().int().default(10),
    })
    .default({ max_drop: 0.3, min_records: 10 }),
  leads: z
    .strictObject({ rows: z.number().int().min(1).default(200), horizon_days: z.number().int().default(90) })
    .default({ rows: 200, horizon_days: 90 }),
  scores: z
    .strictObject({
      /** Columns of customers (entity_type, parish, industry) whose values are watched: what is said of each must hold. */
      groups: z.array(z.string()).default([]),
    })
    .default({ groups: [] }),
  schedule: z
    .strictObject({ at: z.string().default("02:30"), time_zone: z.string().optional() })
    .default({ at: "02:30" }),
  alerts: z.strictObject({ webhook: z.string().optional() }).default({}),
});

/** A validated c360.yaml. */
export type WorkspaceConfig = z.infer<typeof workspaceConfigSchema>;
/** One source of it. */
export type SourceConfig = z.infer<typeof sourceConfigSchema>;

/** Environment variables that are read, each over the file and under a flag. */
export const environmentSchema = z.object({
  DATABASE_URL: z.string().optional(),
  KAFKA_BROKERS: z.string().optional(),
  C360_WORKSPACE: z.string().optional(),
  C360_HOME: z.string().optional(),
  C360_SECRET_KEY: z.string().optional(),
  C360_LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).optional(),
  NO_COLOR: z.string().optional(),
});

/** Validated environment. */
export type Environment = z.infer<typeof environmentSchema>;
