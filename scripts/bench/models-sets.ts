/** A labelled table, and the bars that its champion is held to. */
export interface TabularSet {
  readonly name: string;
  readonly table: string;
  readonly splits: string;
  readonly target: string;
  readonly positive: string;
  readonly drop: readonly string[];
  /** Column of a time split, in place of the splits. */
  readonly time: string | null;
  /** Columns that an alarm must name. */
  readonly leaks: readonly string[];
  readonly bars: { readonly auc: number; readonly logLoss?: number; readonly ece?: number; readonly lift?: number };
}

const LEAKS = [
  "Tags",
  "Lead Quality",
  "Lead Profile",
  "Last Activity",
  "Last Notable Activity",
  "Asymmetrique Activity Index",
  "Asymmetrique Profile Index",
  "Asymmetrique Activity Score",
  "Asymmetrique Profile Score",
];

const LEADS = {
  table: "xeducation_leads/leads.csv",
  splits: "xeducation_leads/splits.csv",
  target: "Converted",
  positive: "1",
} as const;

/** Public sets with published comparators. */
export const TABULAR_SETS: readonly TabularSet[] = [
  {
    name: "telco_churn",
    table: "telco_churn/telco.csv",
    splits: "telco_churn/splits.csv",
    target: "Churn",
    positive: "Yes",
    drop: ["customerID"],
    time: null,
    leaks: [],
    bars: { auc: 0.853, logLoss: 0.408, ece: 0.018, lift: 2.92 },
  },
  {
    ...LEADS,
    name: "xeducation_clean",
    drop: ["Prospect ID", "Lead Number", ...LEAKS],
    time: null,
    leaks: [],
    bars: { auc: 0.8775, logLoss: 0.422 },
  },
  {
    ...LEADS,
    name: "xeducation_all",
    drop: ["Prospect ID", "Lead Number"],
    time: null,
    leaks: LEAKS,
    bars: { auc: 0.9845, logLoss: 0.145 },
  },
  {
    ...LEADS,
    name: "xeducation_time",
    drop: ["Prospect ID", ...LEAKS],
    time: "Lead Number",
    leaks: [],
    bars: { auc: 0.893 },
  },
];
