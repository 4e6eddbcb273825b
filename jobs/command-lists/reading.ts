import type { CommandSpec } from "../command.ts";

/** Commands for sources and pages, read by hand. */
export const READING_COMMANDS: readonly CommandSpec[] = [
  {
    name: "read",
    summary: "read a source, a workbook or a saved page and print what is in it as JSON lines",
    args: "<connector> [target]",
    options: [
      { flags: "--config <file>", description: "settings of the source in the vendor's own words, YAML or JSON" },
      { flags: "--stream <name>", description: "read this stream only", many: true },
      { flags: "--state <file>", description: "go on from here" },
      { flags: "--state-out <file>", description: "write where the next read goes on" },
      { flags: "--out <file>", description: "write the lines there instead of to standard output" },
      { flags: "--from <date>", description: "backfill: first day of the window" },
      { flags: "--to <date>", description: "backfill: last day of the window" },
      { flags: "--webhook <file>", description: "the body of a webhook: read what it names, nothing else" },
      { flags: "--signature <text>", description: "the signature that came with the webhook" },
      { flags: "--cells", description: "excel: one line for each cell" },
      { flags: "--tables", description: "excel: one line for each table found" },
      { flags: "--url <url>", description: "page: where the page came from" },
      {
        flags: "--items <syntax>",
        description: "page: raw items in one syntax: jsonld, microdata, rdfa, microformats, opengraph",
      },
    ],
    examples: [
      "c360 read quickbooks --config quickbooks.yaml --stream customers",
      "c360 read google-sheets --config sheet.yaml --state s.json --state-out s.json --out rows.jsonl",
      "c360 read excel customers.xlsx --cells",
      "c360 read page saved.html --url https://directory.example/firm --items jsonld",
    ],
    exits: "1 a stream failed or is not whole",
    load: () => import("../commands/read.ts"),
  },
  {
    name: "robots",
    summary: "say whether a robots.txt lets an agent fetch an address, and which line decides",
    options: [
      { flags: "--file <file>", description: "the robots.txt" },
      { flags: "--agent <name>", description: "name of the robot", default: "Customer360" },
      { flags: "--url <url>", description: "the address" },
    ],
    examples: ["c360 robots --file robots.txt --agent Customer360 --url https://directory.example/list/"],
    exits: "1 not allowed",
    load: () => import("../commands/robots.ts"),
  },
  {
    name: "check",
    summary: "ask each source who it is and whether it can be read",
    args: "[source]",
    options: [{ flags: "--config <file>", description: "settings of a connector, without a workspace" }],
    examples: ["c360 check", "c360 check quickbooks", "c360 check quickbooks --config quickbooks.yaml"],
    exits: "1 a source cannot be read",
    load: () => import("../commands/check.ts"),
  },
  {
    name: "secrets rotate",
    summary: "give the secret store a new key and encrypt every secret anew",
    examples: ["c360 secrets rotate", "C360_SECRET_KEY=old C360_SECRET_KEY_NEXT=new c360 secrets rotate"],
    load: () => import("../commands/secrets-rotate.ts"),
  },
];
