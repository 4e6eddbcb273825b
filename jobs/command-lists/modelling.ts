import type { CommandSpec, OptionSpec } from "../command.ts";

const LEARNING: readonly OptionSpec[] = [
  { flags: "--target <column>", description: "column with the outcome" },
  {
    flags: "--positive <value>",
    description: "value of the outcome that counts (default: yes, true, 1, or the rarer)",
  },
  { flags: "--id <column>", description: "column that names the customer; never a feature" },
  { flags: "--drop <columns>", description: "columns that are no features: a,b" },
  { flags: "--seed <n>", description: "seed of everything random", default: "1" },
];

/** Commands for scores, files in and files out. */
export const MODELLING_COMMANDS: readonly CommandSpec[] = [
  {
    name: "clv",
    summary: "what each customer will buy and spend, from a file of transactions",
    args: "[transactions]",
    options: [
      { flags: "--customer <column>", description: "column that names the customer" },
      { flags: "--date <column>", description: "column with the date" },
      { flags: "--amount <column>", description: "column with the amount; below zero is a return" },
      { flags: "--until <date>", description: "last day that is known; later rows are not looked at" },
      { flags: "--horizon <n>", description: "how far to look ahead: 90d, 39w, 12m" },
      {
        flags: "--unit <unit>",
        description: "unit of times in answer and report: d, w, m or y (default: w; y for donations)",
      },
      {
        flags: "--summary <file>",
        description: "frequency, recency, T [, monetary] [, weight] in place of transactions",
      },
      { flags: "--donations", description: "donors and gifts by period: BG/BB beside the others" },
      {
        flags: "--model <model>",
        description: "auto, bg-nbd, mbg-nbd, pareto-nbd, mbg-cnbd-k, nbd, bg-bb, ziln or rule",
        default: "auto",
      },
      { flags: "--discount <rate>", description: "monthly rate, 0.01 for one in a hundred", default: "0" },
      { flags: "--seed <n>", description: "seed of the simulated futures" },
      { flags: "--out <file>", description: "answer: CSV, XLSX, JSONL or Parquet by its ending" },
      { flags: "--report <file>", description: "parameters, standard errors, back-test and guards, as JSON" },
    ],
    examples: [
      "c360 clv sales.csv --customer id --date date --amount total --until 2026-06-30 --horizon 12m --out values.csv",
      "c360 clv --summary rfm.csv --model bg-nbd --horizon 39w --out values.csv --report fit.json",
      "c360 clv --summary donors.csv --donations --horizon 5y --out gifts.csv",
    ],
    exits: "2 a column or an option is wrong",
    load: () => import("../commands/clv.ts"),
  },
  {
    name: "model train",
    summary: "learn who does something from a table, and say how sure that is",
    args: "<table>",
    options: [
      ...LEARNING,
      { flags: "--time <column>", description: "column that orders rows by time; never a feature" },
      { flags: "--out <file>", description: "the model's file" },
      { flags: "--report <file>", description: "what was learnt, as a page (.html)" },
    ],
    examples: [
      "c360 model train customers.csv --target churned --id customer --out churn.model",
      "c360 model train leads.xlsx --target outcome --positive won --drop notes,closed_on --out leads.model --report leads.html",
    ],
    exits: "1 the table is refused: too few rows or outcomes, or a copy of the target",
    load: () => import("../commands/model-train.ts"),
  },
  {
    name: "model score",
    summary: "give each row of a table a probability, a band and reasons",
    args: "<model> <table>",
    options: [
      { flags: "--out <file>", description: "answer: CSV, XLSX, JSONL or Parquet by its ending" },
      { flags: "--id <column>", description: "column that names the rows (default: the one named in training)" },
      { flags: "--reasons <n>", description: "how many reasons", default: "3" },
    ],
    examples: ["c360 model score churn.model customers.csv --out scores.csv"],
    exits: "1 the model's file or the table cannot be used",
    load: () => import("../commands/model-score.ts"),
  },
  {
    name: "model explain",
    summary: "show how one row's score comes about, and what would change its band",
    args: "<model> <table>",
    options: [{ flags: "--id <id>", description: "which row, by its id" }],
    examples: ["c360 model explain churn.model customers.csv --id 7590-VHVEG"],
    exits: "1 there is no such row",
    load: () => import("../commands/model-explain.ts"),
  },
  {
    name: "model evaluate",
    summary: "train and predict on splits of a table, and judge the models",
    args: "<table>",
    options: [
      ...LEARNING,
      { flags: "--splits <file>", description: "column row (from 0), and one column for each split: 1 is a test row" },
      { flags: "--time <column>", description: "in place of splits: test on the latest rows by this column" },
      { flags: "--test-share <share>", description: "share of the latest rows", default: "0.2" },
      { flags: "--recalibrate <window,delay>", description: "recalibrate along the test rows on matured outcomes" },
      {
        flags: "--models <list>",
        description: "champion, rule, logistic, additive, boosted, network, mean",
        default: "champion",
      },
      { flags: "--strict", description: "refuse the table where an alarm sounds" },
      { flags: "--out <file>", description: "answer: split, row, model, probability" },
      { flags: "--report <file>", description: "figures of each model, as JSON" },
    ],
    examples: [
      "c360 model evaluate customers.csv --target churned --splits splits.csv --models champion,logistic --out predictions.csv",
      "c360 model evaluate calls.csv --target answered --time called_on --recalibrate 1000,250 --out predictions.csv",
    ],
    exits: "1 the table is refused",
    load: () => import("../commands/model-evaluate.ts"),
  },
  {
    name: "model rollback",
    summary: "make the version before score again, and hold it",
    args: "<model>",
    options: [{ flags: "--release", description: "let tonight's models take its place again" }],
    examples: ["c360 model rollback churn", "c360 model rollback churn --release"],
    exits: "1 there is no version to go back to",
    load: () => import("../commands/model-rollback.ts"),
  },
  {
    name: "leads import",
    summary: "take in the outcomes that people wrote into a list",
    args: "<file>",
    options: [{ flags: "--dry-run", description: "say what would be done and change nothing" }],
    examples: ["c360 leads import leads_2026-06-30.xlsx"],
    load: () => import("../commands/leads-import.ts"),
  },
];
