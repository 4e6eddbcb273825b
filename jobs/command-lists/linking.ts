import type { CommandSpec, OptionSpec } from "../command.ts";

const FIELDS: OptionSpec = {
  flags: "--fields <file>",
  description: "MAP.yaml: which column is the id, the source, a name, a phone, …; without it the engine guesses",
};
const SETTINGS: OptionSpec = {
  flags: "--settings <file>",
  description: "settings that a run wrote with --settings-out; used as they are",
};
const COUNTRY: OptionSpec = {
  flags: "--country <code>",
  description:
    "country pack for places, numbers and dates: JM, US, GB, CA or another folder of packs/; found from the rows without it",
};

/** Commands for who is who, files in and files out. */
export const LINKING_COMMANDS: readonly CommandSpec[] = [
  {
    name: "link",
    summary: "find which records of CSV, XLSX, JSONL or Parquet files are one person or firm",
    args: "<file...>",
    options: [
      FIELDS,
      { flags: "--fields-out <file>", description: "write the field map that was used" },
      { flags: "--out <file>", description: "clusters: record_id,cluster_id,auto_cluster_id,entity_type,confidence" },
      { flags: "--pairs <file>", description: "every pair compared: weight, probability and decision" },
      { flags: "--candidates <file>", description: "every pair compared" },
      { flags: "--questions <file>", description: "questions for a steward, most worth first" },
      { flags: "--answers <file>", description: "a steward's answers: left_id,right_id,same" },
      { flags: "--relations <file>", description: "households, owners, employees, branches, referrals" },
      SETTINGS,
      { flags: "--settings-out <file>", description: "write the settings, fitted to these records" },
      { flags: "--report <file>", description: "figures of the run as JSON" },
      { flags: "--precision <share>", description: "precision of what is merged unattended", default: "0.995" },
      { flags: "--threads <n>", description: "threads; the result is the same for any number", default: "2" },
      { flags: "--seed <n>", description: "seed of what is sampled", default: "1" },
      COUNTRY,
    ],
    examples: [
      "c360 link customers.csv --out clusters.csv",
      "c360 link customers.csv --fields map.yaml --out clusters.csv --questions questions.csv --report report.json",
      "c360 link a.xlsx b.parquet --fields map.yaml --out clusters.csv --answers answers.csv",
    ],
    exits: "1 a file cannot be read; abstaining (nothing merged unattended) is 0 and stands in the report",
    load: () => import("../commands/link.ts"),
  },
  {
    name: "explain",
    summary: "say why two records are or are not one customer, or what holds a cluster together",
    args: "<file> [left] [right]",
    options: [
      FIELDS,
      SETTINGS,
      { flags: "--cluster <id>", description: "explain the cluster of this record instead of a pair" },
      { flags: "--seed <n>", description: "seed of what is sampled where settings are fitted", default: "1" },
      COUNTRY,
    ],
    examples: [
      "c360 explain customers.csv --fields map.yaml 17 4211",
      "c360 explain customers.csv --fields map.yaml --settings settings.json 17 4211 --json",
      "c360 explain customers.csv --fields map.yaml --cluster 17",
    ],
    load: () => import("../commands/explain.ts"),
  },
  {
    name: "names compare",
    summary: "say of each pair of names whether it is one name: probability, tier and reason",
    args: "<pairs>",
    options: [{ flags: "--out <file>", description: "the input with probability,same,tier,reason added" }, COUNTRY],
    examples: ["c360 names compare pairs.csv --out compared.csv"],
    load: () => import("../commands/names-compare.ts"),
  },
  {
    name: "evaluate",
    summary: "hold clusters against a truth: pairwise and B-cubed precision, recall, F1, exact clusters",
    args: "<clusters>",
    options: [
      { flags: "--truth <file>", description: "record_id,cluster_id" },
      {
        flags: "--detail <file>",
        description: "record_id,cluster_id,…,traps,trap_group: adds rates by trap and noise",
      },
      { flags: "--column <name>", description: "the partition to judge", default: "cluster_id" },
    ],
    examples: [
      "c360 evaluate clusters.csv --truth truth.csv",
      "c360 evaluate clusters.csv --truth truth.csv --detail truth_detail.csv --column auto_cluster_id --json",
    ],
    load: () => import("../commands/evaluate.ts"),
  },
];
