import type { CommandSpec, OptionSpec } from "../command.ts";

const OPTIONS: readonly OptionSpec[] = [
  { flags: "--column <name>", description: "the column to read" },
  { flags: "--country <code>", description: "country pack: JM, US, GB, CA or another folder of packs/", default: "JM" },
  { flags: "--out <file>", description: "file to write: .csv, .xlsx, .jsonl or .parquet" },
];

/** Commands for cells, tables and values of files. */
export const FILE_COMMANDS: readonly CommandSpec[] = [
  {
    name: "normalise phone",
    summary: "add e164, valid, type, country, extension and notes to a column of telephone numbers",
    args: "<file>",
    options: OPTIONS,
    examples: ["c360 normalise phone clients.csv --column Phone --country JM --out phones.csv"],
    load: () => import("../commands/normalise-phone.ts"),
  },
  {
    name: "normalise address",
    summary: "add unit, street, locality, postal_district, region, country and notes to a column of addresses",
    args: "<file>",
    options: OPTIONS,
    examples: ["c360 normalise address clients.xlsx --column Address --country JM --out addresses.csv"],
    load: () => import("../commands/normalise-address.ts"),
  },
  {
    name: "normalise money",
    summary: "add amount, currency and notes to a column of amounts",
    args: "<file>",
    options: OPTIONS,
    examples: ["c360 normalise money sales.csv --column Total --country JM --out money.csv"],
    load: () => import("../commands/normalise-money.ts"),
  },
  {
    name: "normalise date",
    summary: "add date and notes to a column of dates, day and month in the order that the column shows",
    args: "<file>",
    options: OPTIONS,
    examples: ["c360 normalise date sales.csv --column Date --country JM --out dates.csv"],
    load: () => import("../commands/normalise-date.ts"),
  },
  {
    name: "normalise name",
    summary:
      "add entity_type, given_name, family_name, org_name, legal_form, trading_as and notes to a column of names",
    args: "<file>",
    options: OPTIONS,
    examples: ["c360 normalise name clients.csv --column Name --country JM --out names.csv"],
    load: () => import("../commands/normalise-name.ts"),
  },
];
