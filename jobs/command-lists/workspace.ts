import type { CommandSpec, OptionSpec } from "../command.ts";

const DRY_RUN: OptionSpec = { flags: "--dry-run", description: "say what would be done and change nothing" };

/** Commands that work in a workspace. */
export const WORKSPACE_COMMANDS: readonly CommandSpec[] = [
  {
    name: "demo",
    summary: "run the whole chain on a sample company and end with a lead list",
    options: [
      {
        flags: "--days <n>",
        description: "let this many further days happen, with a nightly run for each",
        default: "0",
      },
      { flags: "--seed <n>", description: "seed of the sample company", default: "1" },
      { flags: "--scale <x>", description: "size of the sample company; 1 is about 3,000 customers", default: "1" },
    ],
    examples: ["c360 demo", "c360 demo --days 2", "c360 demo --workspace /srv/demo --json"],
    exits: "1 the run failed, 3 a source could not be read whole",
    load: () => import("../commands/demo.ts"),
  },
  {
    name: "init",
    summary: "start a workspace of your own: c360.yaml and a drop folder",
    options: [
      { flags: "--name <name>", description: "what the firm is called in reports" },
      {
        flags: "--country <code>",
        description: "country pack: JM, US, GB, CA or another folder of packs/",
        default: "JM",
      },
      { flags: "--nonprofit", description: "speak of donors and gifts" },
      DRY_RUN,
    ],
    examples: ["c360 init", 'c360 init --name "Hibiscus Trading" --country JM', "c360 init --workspace /srv/c360"],
    load: () => import("../commands/init.ts"),
  },
  {
    name: "add",
    summary: "connect a source: a file, a spreadsheet, QuickBooks, a directory, social pages, campaigns",
    args: "<connector> [target]",
    options: [
      { flags: "--name <name>", description: "name of the source, or of the drop sub-folder for a file" },
      { flags: "--set <key=value>", description: "a setting of the source", many: true },
      {
        flags: "--port <n>",
        description: "port of the loopback address for signing in by browser; 0 for any",
        default: "0",
      },
      DRY_RUN,
    ],
    examples: [
      "c360 add excel customers.xlsx",
      "c360 add excel sales-june.csv --name shop",
      "c360 add google-sheets SPREADSHEET_ID --set service_account_file=key.json",
      "c360 add quickbooks --set client_id=abc --port 8360",
      "c360 add directory https://directory.example/jamaica/hardware/",
    ],
    load: () => import("../commands/add.ts"),
  },
  {
    name: "doctor",
    summary: "say what is missing and what to type",
    examples: ["c360 doctor", "c360 doctor --json"],
    exits: "1 something is missing",
    load: () => import("../commands/doctor.ts"),
  },
  {
    name: "plan",
    summary: "show what a nightly run would read and do",
    examples: ["c360 plan", "c360 plan --json"],
    load: () => import("../commands/plan.ts"),
  },
  {
    name: "sync",
    summary: "read the sources into the warehouse's landing and stop before publishing",
    options: [
      { flags: "--only <source>", description: "read this source only", many: true },
      { flags: "--from <date>", description: "backfill: read again what changed from this day on" },
      { flags: "--to <date>", description: "backfill: and until this day" },
      DRY_RUN,
    ],
    examples: [
      "c360 sync",
      "c360 sync --only quickbooks",
      "c360 sync --only quickbooks --from 2026-01-01 --to 2026-01-31",
    ],
    exits: "1 failed, 3 a source could not be read whole, 4 another run is at work",
    load: () => import("../commands/sync.ts"),
  },
  {
    name: "nightly",
    summary: "read, cleanse, resolve, score, audit and publish",
    options: [
      { flags: "--only <source>", description: "read this source only", many: true },
      { flags: "--no-sync", description: "read nothing; work on what has landed" },
      { flags: "--rebuild", description: "compute everything again even if nothing changed" },
      { flags: "--accept-drop <stream>", description: "accept that this stream lost many records", many: true },
      { flags: "--override <audit>", description: "publish in spite of this audit; recorded", many: true },
      DRY_RUN,
    ],
    examples: ["c360 nightly", "c360 nightly --json", "c360 nightly --accept-drop tab_0"],
    exits:
      "1 failed, yesterday's data stay up; 3 published but a source could not be read whole; 4 another run is at work",
    load: () => import("../commands/nightly.ts"),
  },
  {
    name: "resume",
    summary: "go on with a run that was cut off",
    options: [
      { flags: "--override <audit>", description: "publish in spite of this audit; recorded", many: true },
      DRY_RUN,
    ],
    examples: ["c360 resume", "c360 resume --json"],
    exits: "2 there is nothing to resume; else as nightly",
    load: () => import("../commands/resume.ts"),
  },
  {
    name: "status",
    summary: "the latest run, what is published, and what waits",
    examples: ["c360 status", "c360 status --json"],
    load: () => import("../commands/status.ts"),
  },
  {
    name: "quarantine",
    summary: "records that wait for mending: list, show, retry, export",
    args: "<action> [ids...]",
    options: [
      { flags: "--reason <code>", description: "only this reason" },
      { flags: "--source <name>", description: "only this source" },
      { flags: "--out <file>", description: "where export writes" },
      { flags: "--file <file>", description: "mended rows for retry: an exported file with its fields corrected" },
      DRY_RUN,
    ],
    examples: [
      "c360 quarantine list",
      "c360 quarantine show 12",
      "c360 quarantine export --out bad-rows.jsonl",
      "c360 quarantine retry 12 13",
      "c360 quarantine retry --file bad-rows.jsonl",
    ],
    load: () => import("../commands/quarantine.ts"),
  },
  {
    name: "dead-letters",
    summary: "messages that no stage could handle: list, retry",
    args: "<action>",
    options: [DRY_RUN],
    examples: ["c360 dead-letters list", "c360 dead-letters retry && c360 nightly"],
    load: () => import("../commands/dead-letters.ts"),
  },
  {
    name: "leads",
    summary: "write the ranked list again, or show its first rows",
    options: [
      { flags: "--top <n>", description: "rows to show", default: "10" },
      { flags: "--out <dir>", description: "folder to write to" },
      DRY_RUN,
    ],
    examples: ["c360 leads", "c360 leads --top 25", "c360 leads --out /srv/shared/lists"],
    load: () => import("../commands/leads.ts"),
  },
  {
    name: "console",
    summary: "open the web console: review queue, customers, runs",
    options: [{ flags: "--port <n>", description: "port on loopback", default: "0" }],
    examples: ["c360 console", "c360 console --port 8360"],
    load: () => import("../commands/console.ts"),
  },
  {
    name: "db",
    summary: "the warehouse's server outside a run: start, stop, url",
    args: "<action>",
    options: [{ flags: "--role <role>", description: "for url: owner or analyst", default: "owner" }, DRY_RUN],
    examples: ["c360 db start", "psql $(c360 db url)", "c360 db url --role analyst", "c360 db stop"],
    load: () => import("../commands/db.ts"),
  },
  {
    name: "schedule",
    summary: "print the cron line, systemd timer or Windows task for the nightly run",
    options: [{ flags: "--for <kind>", description: "cron, systemd, windows or all", default: "all" }],
    examples: ["c360 schedule", "c360 schedule --for cron"],
    load: () => import("../commands/schedule.ts"),
  },
  {
    name: "dictionary",
    summary: "write the data dictionary of the published tables",
    options: [{ flags: "--out <dir>", description: "folder to write to" }, DRY_RUN],
    examples: ["c360 dictionary", "c360 dictionary --out docs"],
    load: () => import("../commands/dictionary.ts"),
  },
  // workspace commands end
];
