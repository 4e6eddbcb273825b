import { C360Error, seededRandom, toC360Error } from "#core";
import type { Connector, ConnectorContext, ConnectorSession, KnownStream, SourceConfig } from "#core";
import { CONNECTORS, findConnector } from "#connectors";
import { liveRedactor } from "./redaction.ts";
import { describeProblems } from "./workspace.ts";
import type { Workspace } from "./workspace.ts";

/** One configured source with its connector. */
export interface Source {
  readonly name: string;
  readonly config: SourceConfig;
  readonly connector: Connector;
}

/** Sources of the workspace that are switched on, by name. Throws SOURCE_UNKNOWN for a name in `only` that is none. */
export function configuredSources(workspace: Workspace, only: readonly string[] = []): readonly Source[] {
  for (const name of only) {
    if (!(name in workspace.config.sources)) throw new C360Error("SOURCE_UNKNOWN", { name });
  }
  return Object.entries(workspace.config.sources)
    .filter(([name, config]) => config.enabled && (only.length === 0 || only.includes(name)))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, config]) => ({ name, config, connector: requireConnector(config.connector) }));
}

/** The connector of a name. Throws USAGE naming those that exist. */
export function requireConnector(name: string): Connector {
  const connector = findConnector(name);
  if (connector !== undefined) return connector;
  const known = CONNECTORS.map((one) => one.name).join(", ");
  throw new C360Error("USAGE", { problem: `There is no connector ${name}; there are ${known}.`, command: "add" });
}

/** What opening a source needs besides the workspace. */
export interface OpenOptions {
  readonly signal: AbortSignal;
  readonly known: (connector: string, account: string) => Promise<readonly KnownStream[]>;
}

/** Opens every account of a source. The caller closes the sessions. */
export async function openSource(
  workspace: Workspace,
  source: Source,
  options: OpenOptions,
): Promise<readonly ConnectorSession[]> {
  const settings = await sourceSettings(workspace, source);
  const context = connectorContext(workspace, source, options);
  const accounts = (await source.connector.accounts?.(settings, context)) ?? [settings];
  const sessions: ConnectorSession[] = [];
  try {
    for (const account of accounts) sessions.push(await source.connector.open(account, context));
  } catch (error) {
    await Promise.all(sessions.map((session) => session.close()));
    throw toC360Error(error);
  }
  return sessions;
}

/** Settings from c360.yaml with secrets from the environment (`C360_<SOURCE>_<SETTING>`) or the secret store, validated. */
export async function sourceSettings(workspace: Workspace, source: Source): Promise<unknown> {
  const settings: Record<string, unknown> = { ...source.config.settings };
  for (const setting of source.connector.secretSettings) {
    const variable = secretVariable(source.name, setting);
    const value = process.env[variable] ?? (await workspace.secrets.get(secretName(source.name, setting)));
    if (settings[setting] === undefined && value !== null) settings[setting] = value;
    if (typeof settings[setting] === "string") liveRedactor.add(settings[setting]);
  }
  const parsed = source.connector.settings.safeParse(settings);
  if (parsed.success) return parsed.data;
  const missing = source.connector.secretSettings.find(
    (setting) => settings[setting] === undefined && names(parsed.error, setting),
  );
  if (missing !== undefined) {
    throw new C360Error("SECRET_MISSING", {
      name: missing,
      source: source.name,
      variable: secretVariable(source.name, missing),
    });
  }
  throw new C360Error("CONFIG_INVALID", {
    file: `c360.yaml (sources.${source.name}.settings)`,
    problems: describeProblems(parsed.error),
  });
}

/** Where the secret store keeps a setting of a source. */
export function secretName(source: string, setting: string): string {
  return `source/${source}/${setting}`;
}

function secretVariable(source: string, setting: string): string {
  return `C360_${source}_${setting}`.toUpperCase().replace(/[^A-Z0-9]+/g, "_");
}

function names(
  error: { readonly issues: readonly { readonly path: readonly PropertyKey[] }[] },
  setting: string,
): boolean {
  return error.issues.some((issue) => issue.path[0] === setting);
}

/** What the connector of a source is lent. */
export function connectorContext(workspace: Workspace, source: Source, options: OpenOptions): ConnectorContext {
  return {
    clock: workspace.clock,
    random: seededRandom(1),
    log: workspace.log.child({ source: source.name }),
    secrets: workspace.secrets,
    signal: options.signal,
    limits: { hostDelayMs: source.config.host_delay_ms ?? 5000, timeoutMs: 60_000, maxBodyBytes: 50 * 1024 * 1024 },
    allowPrivateHosts: source.config.allow_private_hosts ?? [],
    known: (account) => options.known(source.connector.name, account),
    baseDir: workspace.paths.dir,
    hide: (secret) => liveRedactor.add(secret),
    userAgent: `Customer360/0.1 (${workspace.config.name}; ${workspace.config.user_agent_contact})`,
  };
}
