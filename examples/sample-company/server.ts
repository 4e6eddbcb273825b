import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { writeDropFiles } from "./drop-files.ts";
import { startCampaigns, API_KEY } from "./servers/campaigns.ts";
import { startControl } from "./servers/control.ts";
import { PLAIN_SELECTORS } from "./servers/directory-pages.ts";
import { startDirectory } from "./servers/directory.ts";
import { serviceAccount } from "./servers/google-auth.ts";
import type { Vendor } from "./servers/http.ts";
import { CLIENT, refreshTokenOf, startQuickBooks } from "./servers/quickbooks.ts";
import { CLOSING_MINUTE, today, type Sample, type SampleState } from "./servers/sample.ts";
import { startSheets } from "./servers/sheets.ts";
import { SOCIAL, startSocial } from "./servers/social.ts";
import { writeTruth } from "./truth.ts";
import { isoOf, stamp } from "./world/calendar.ts";
import { SPREADSHEET_ID } from "./world/grid.ts";
import { buildWorld } from "./world/world.ts";

interface Options {
  readonly dir: string;
  readonly drop: string;
  readonly seed: number;
  readonly scale: number;
  readonly day: number;
  readonly fast: boolean;
  readonly portsFile: string | undefined;
}

function options(): Options {
  const { values } = parseArgs({
    options: {
      dir: { type: "string" },
      drop: { type: "string" },
      seed: { type: "string", default: "1" },
      scale: { type: "string", default: "1" },
      day: { type: "string", default: "0" },
      "fast-throttle": { type: "boolean", default: false },
      "ports-file": { type: "string" },
    },
  });
  const [seed, scale, day] = [Number(values.seed), Number(values.scale), Number(values.day)];
  if (
    values.dir === undefined ||
    values.drop === undefined ||
    !(scale > 0) ||
    !Number.isInteger(seed) ||
    !Number.isInteger(day)
  ) {
    throw new Error(
      "usage: server.ts --dir DIR --drop DROPDIR [--seed 1] [--scale 1] [--day 0] [--fast-throttle] [--ports-file FILE]",
    );
  }
  return {
    dir: resolve(values.dir),
    drop: resolve(values.drop),
    seed,
    scale,
    day,
    fast: values["fast-throttle"],
    portsFile: values["ports-file"],
  };
}

function readJson<T>(path: string | undefined): T | null {
  return path !== undefined && existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as T) : null;
}

function openSample(given: Options): Sample {
  mkdirSync(given.dir, { recursive: true, mode: 0o700 });
  mkdirSync(given.drop, { recursive: true });
  const path = join(given.dir, "state.json");
  const old = readJson<SampleState & { seed: number }>(path);
  const state: SampleState = {
    ports: readJson<Record<string, number>>(given.portsFile) ?? old?.ports ?? {},
    refreshToken: old?.seed === given.seed ? old.refreshToken : refreshTokenOf(given.seed, 0),
    rotations: old?.seed === given.seed ? old.rotations : 0,
  };
  const save = (): void => writeFileSync(path, JSON.stringify({ seed: given.seed, ...state }), { mode: 0o600 });
  return { world: buildWorld(given.seed, given.scale), day: given.day, fast: given.fast, state, save };
}

interface Running {
  readonly books: Vendor;
  readonly sheets: Vendor;
  readonly sites: readonly Vendor[];
  readonly social: Vendor;
  readonly campaigns: Vendor;
}

async function startVendors(sample: Sample, accountFile: string): Promise<Running> {
  const port = (name: string): number => sample.state.ports[name] ?? 0;
  const books = await startQuickBooks(sample, port("quickbooks"));
  const sheets = await startSheets(sample, port("google-sheets"), (tokenUri) => serviceAccount(accountFile, tokenUri));
  const sites: Vendor[] = [];
  for (const site of sample.world.sites) sites.push(await startDirectory(sample, site, port(site.name)));
  const social = await startSocial(sample, port("social"));
  const campaigns = await startCampaigns(sample, port("campaigns"));
  return { books, sheets, sites, social, campaigns };
}

function readyLine(sample: Sample, running: Running, control: Vendor, given: Options, accountFile: string): object {
  const { books, sheets, social, campaigns, sites } = running;
  return {
    ready: true,
    name: sample.world.name,
    today: isoOf(today(sample)),
    now: stamp(today(sample), CLOSING_MINUTE),
    quickbooks: {
      realm_id: sample.world.books.realm,
      client_id: CLIENT.id,
      client_secret: CLIENT.secret,
      refresh_token: sample.state.refreshToken,
      base_url: books.url,
      token_url: `${books.url}/oauth2/v1/tokens/bearer`,
    },
    google_sheets: {
      spreadsheet_id: SPREADSHEET_ID,
      service_account_file: accountFile,
      base_url: sheets.url,
      drive_base_url: sheets.url,
      token_url: `${sheets.url}/token`,
    },
    directories: sites.map((site) => ({
      name: site.name,
      start_urls: [`${site.url}/`],
      allow_hosts: [`127.0.0.1:${site.port}`],
      selectors: [PLAIN_SELECTORS],
    })),
    social: {
      access_token: SOCIAL.token,
      user_id: SOCIAL.userId,
      base_url: social.url,
      usernames: sample.world.profiles.map((p) => p.username),
    },
    campaigns: { api_key: API_KEY, base_url: campaigns.url },
    drop_folders: ["montego-bay", "office", "reps"],
    rates_file: join(given.drop, "..", "rates.csv"),
    control_url: control.url,
  };
}

async function main(): Promise<void> {
  const given = options();
  const sample = openSample(given);
  const accountFile = join(given.dir, "service-account.json");
  const running = await startVendors(sample, accountFile);
  const vendors = [running.books, running.sheets, ...running.sites, running.social, running.campaigns];
  const accounts = new Map(running.sites.map((site) => [site.name, `127.0.0.1:${site.port}`]));
  const settle = async (): Promise<string[]> => {
    const files = await writeDropFiles(sample.world, given.drop, today(sample));
    writeTruth(sample.world, given.dir, today(sample), accounts);
    return files;
  };
  await settle();
  const control = await startControl(sample, vendors, sample.state.ports["control"] ?? 0, async () => {
    sample.day += 1;
    return settle();
  });
  for (const vendor of [...vendors, control]) sample.state.ports[vendor.name] = vendor.port;
  sample.save();
  if (given.portsFile !== undefined) writeFileSync(given.portsFile, JSON.stringify(sample.state.ports));
  process.stdout.write(`${JSON.stringify(readyLine(sample, running, control, given, accountFile))}\n`);
  const stop = (): void => process.exit(0);
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  // The parent holds our standard input: when it is gone, so are we.
  process.stdin.once("end", stop).once("close", stop).resume();
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
