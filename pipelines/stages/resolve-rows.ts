import { survive } from "#identity";
import type { ClusterRow, CustomerIdResult, GoldenRecord, LinkResult } from "#identity";
import { byCodeUnit } from "../log/pattern.ts";
import type { StagedCustomer } from "./resolve-inputs.ts";

/** One customer with the records that it is made of. */
export interface ResolvedCustomer {
  readonly customerId: string;
  readonly keys: readonly string[];
  readonly confidence: number;
  readonly golden: GoldenRecord;
}

/** Rows for one table of schema `build`. */
export interface TableRows {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** Puts the records of each customer together, in order of id. */
export function resolvedCustomers(
  records: readonly StagedCustomer[],
  clusters: readonly ClusterRow[],
  ids: CustomerIdResult,
): readonly ResolvedCustomer[] {
  const byKey = new Map(records.map((record) => [record.key, record]));
  const groups = new Map<string, ClusterRow[]>();
  for (const row of clusters) {
    const id = ids.assignment.get(row.key);
    if (id === undefined) continue;
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [row]);
    else group.push(row);
  }
  return [...groups]
    .sort(([a], [b]) => byCodeUnit(a, b))
    .map(([customerId, rows]) => {
      const keys = rows.map((row) => row.key).sort(byCodeUnit);
      const members = keys.flatMap((key) => byKey.get(key) ?? []);
      const entityType = rows[0]?.entityType;
      return {
        customerId,
        keys,
        // Every record must belong to it, so the weakest one speaks for the customer.
        confidence: Math.min(...rows.map((row) => row.confidence)),
        golden: survive(members, entityType === undefined ? {} : { entityType }),
      };
    });
}

/** A resolution as rows of the candidate tables. */
export function buildRows(
  records: readonly StagedCustomer[],
  link: LinkResult,
  ids: CustomerIdResult,
  customers: readonly ResolvedCustomer[],
  runId: string,
): readonly TableRows[] {
  return [
    table(
      "crosswalk",
      "source account stream source_id file customer_id key",
      records.map((r) => [r.source, r.account, r.stream, r.sourceId, r.file, ids.assignment.get(r.key), r.key]),
    ),
    table(
      "clusters",
      "key cluster_anchor confidence entity_type",
      link.clusters.map((row) => [row.key, row.clusterAnchor, row.confidence, row.entityType]),
    ),
    table(
      "pairs",
      "left_key right_key match_weight match_probability decision evidence",
      link.pairs
        .filter((pair) => pair.decision !== "non_link")
        .map((pair) => [
          pair.left,
          pair.right,
          pair.weight,
          pair.probability,
          pair.decision,
          JSON.stringify(pair.evidence),
        ]),
    ),
    reviewTasks(link, runId),
    ...ledgerTables(ids),
    goldenRows(customers),
    ...provenanceTables(customers),
    relationships(link, ids),
  ];
}

function ledgerTables(ids: CustomerIdResult): readonly TableRows[] {
  return [
    table(
      "customer_ids",
      "customer_id anchor_key status redirect_to minted_run_id minted_as_of",
      ids.ledger.map((row) => [
        row.customer_id,
        row.anchor_key,
        row.status,
        row.redirect_to,
        row.minted_run_id,
        row.minted_as_of,
      ]),
    ),
    table(
      "customer_id_events",
      "customer_id event other_id cause",
      ids.events.map((event) => [event.customer_id, event.event, event.other_id, event.cause]),
    ),
  ];
}

function provenanceTables(customers: readonly ResolvedCustomer[]): readonly TableRows[] {
  return [
    table(
      "customer_fields",
      "customer_id field value source_key rule",
      customers.flatMap(({ customerId, golden }) =>
        golden.fields.map((field) => [customerId, field.field, field.value, field.sourceKey, field.rule]),
      ),
    ),
    table(
      "contact_points",
      "customer_id kind value records source_key",
      customers.flatMap(({ customerId, golden }) =>
        golden.contactPoints.map((point) => [customerId, point.kind, point.value, point.records, point.sourceKey]),
      ),
    ),
  ];
}

function table(name: string, columns: string, rows: readonly (readonly unknown[])[]): TableRows {
  return { table: `build.${name}`, columns: columns.split(" "), rows };
}

function reviewTasks(link: LinkResult, runId: string): TableRows {
  const evidence = new Map(link.pairs.map((pair) => [`${pair.left} ${pair.right}`, pair.evidence]));
  const rows = link.questions.map((question) => [
    question.questionId,
    question.left,
    question.right,
    question.kind,
    question.probability,
    question.gain,
    0,
    question.reason,
    JSON.stringify(evidence.get(`${question.left} ${question.right}`) ?? []),
    "open",
    runId,
  ]);
  return table(
    "review_tasks",
    "task_id left_key right_key kind probability gain value_at_stake reason evidence status created_run_id",
    rows,
  );
}

const GOLDEN =
  "entity_type display_name first_name last_name company_name email phone street_address city parish region_code " +
  "postal_code country website date_of_birth job_title industry external_ids data_sources record_count do_not_contact " +
  "active customer_since data_quality_score profile_completeness";

function goldenRows(customers: readonly ResolvedCustomer[]): TableRows {
  const columns = GOLDEN.split(" ") as (keyof GoldenRecord)[];
  return table(
    "golden",
    `customer_id identity_confidence ${GOLDEN}`,
    customers.map(({ customerId, confidence, golden }) => [
      customerId,
      confidence,
      ...columns.map((name) => golden[name]),
    ]),
  );
}

/** Relations between customers; of several that say the same, the most probable one. */
function relationships(link: LinkResult, ids: CustomerIdResult): TableRows {
  const best = new Map<string, readonly [string, string, string, number, string]>();
  for (const { left, right, relation, probability, evidence } of link.relations) {
    const one = ids.assignment.get(left);
    const other = ids.assignment.get(right);
    if (one === undefined || other === undefined || one === other) continue;
    const [first, second] = relation === "household" && other < one ? [other, one] : [one, other];
    const name = `${first} ${second} ${relation}`;
    const before = best.get(name);
    const isBetter =
      before === undefined || probability > before[3] || (probability === before[3] && evidence < before[4]);
    if (isBetter) best.set(name, [first, second, relation, probability, evidence]);
  }
  return table(
    "relationships",
    "left_customer_id right_customer_id relation probability evidence",
    [...best].sort(([a], [b]) => byCodeUnit(a, b)).map(([, row]) => row),
  );
}
