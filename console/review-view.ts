import type { SqlClient } from "#core";
import { compareRecords } from "./compare.ts";
import type { ComparedField, StagedCustomer } from "./compare.ts";
import { readEvidence } from "./evidence.ts";
import type { EvidenceLine } from "./evidence.ts";
import { sideCustomers, stagedRecords } from "./queries/review.ts";
import type { ReviewTask, SideCustomer } from "./queries/review.ts";
import { keyInWords, keySource, plural, probabilityInWords, reasonInWords } from "./words.ts";
import type { Words } from "./words.ts";

/** One record of a question. */
export interface ReviewSide {
  readonly key: string;
  readonly name: string;
  readonly source: string;
  readonly origin: string;
  readonly customer: SideCustomer | null;
  /** "12 purchases, JMD 120,000.00 in all, last on 3 Mar 2024" */
  readonly history: string;
}

/** Everything that the page of one question shows. */
export interface ReviewView {
  readonly task: ReviewTask;
  readonly question: string;
  readonly reason: string;
  readonly probability: string;
  readonly left: ReviewSide;
  readonly right: ReviewSide;
  /** Empty when a record is gone. */
  readonly fields: readonly ComparedField[];
  readonly evidence: readonly EvidenceLine[];
  /** What a merge would do, sentence by sentence. */
  readonly mergeEffects: readonly string[];
  /** What keeping apart would do. */
  readonly apartEffect: string;
  /** False when a source no longer has one of the records. */
  readonly complete: boolean;
}

/** Gathers a question: two look-ups by key, whatever the length of the queue. */
export async function reviewView(db: SqlClient, task: ReviewTask, words: Words): Promise<ReviewView> {
  const keys = [task.left_key, task.right_key];
  const [records, customers] = await Promise.all([stagedRecords(db, keys), sideCustomers(db, keys)]);
  const left = records.get(task.left_key);
  const right = records.get(task.right_key);
  const leftSide = side(task.left_key, left, customers.get(task.left_key), words);
  const rightSide = side(task.right_key, right, customers.get(task.right_key), words);
  const complete = left !== undefined && right !== undefined;
  return {
    task,
    question: task.kind === "split" ? "Do these two belong together?" : "Are these the same customer?",
    reason: reasonInWords(task.reason),
    probability: probabilityInWords(task.probability),
    left: leftSide,
    right: rightSide,
    fields: complete ? compareRecords(left, right, words) : [],
    evidence: readEvidence(task.evidence),
    mergeEffects: mergeEffects(leftSide, rightSide, words),
    apartEffect: apartEffect(leftSide, rightSide),
    complete,
  };
}

function side(
  key: string,
  record: StagedCustomer | undefined,
  customer: SideCustomer | undefined,
  words: Words,
): ReviewSide {
  const file = record?.file === undefined || record.file === null ? "" : `, file ${record.file}`;
  return {
    key,
    name: record?.display_name ?? "This record is no longer in its source",
    source: keySource(key),
    origin: `${keyInWords(key)}${file}`,
    customer: customer ?? null,
    history: customer === undefined ? "Not published yet" : historyInWords(customer, words),
  };
}

function historyInWords(customer: SideCustomer, words: Words): string {
  const contacts = customer.interactions === 0 ? "" : `, ${plural(customer.interactions, "contact")}`;
  if (customer.purchases === 0) return `No purchases yet${contacts}`;
  const last = customer.last_purchase === null ? "" : `, last on ${words.date(customer.last_purchase)}`;
  const money = words.money(customer.total_sales, customer.home_currency);
  return `${plural(customer.purchases, "purchase")}, ${money} in all${last}${contacts}`;
}

/** The larger history keeps its id; between equals, the smaller anchor record. The ledger has the last word. */
function survivorFirst(left: SideCustomer, right: SideCustomer): readonly [SideCustomer, SideCustomer] {
  const leftStays =
    left.record_count > right.record_count ||
    (left.record_count === right.record_count && left.anchor_key <= right.anchor_key);
  return leftStays ? [left, right] : [right, left];
}

function mergeEffects(left: ReviewSide, right: ReviewSide, words: Words): readonly string[] {
  if (left.customer === null || right.customer === null) {
    return ["The next run puts both records into one customer."];
  }
  if (left.customer.customer_id === right.customer.customer_id) {
    return [`Both stay in customer ${left.customer.customer_id} (${left.customer.display_name}), now and later.`];
  }
  const [stays, goes] = survivorFirst(left.customer, right.customer);
  const effects = [
    `Customer ${stays.customer_id} (${stays.display_name}) is expected to keep its id; ${goes.customer_id} ` +
      `(${goes.display_name}) will lead to it.`,
    goes.purchases === 0
      ? "No sales move."
      : `${plural(goes.purchases, "purchase")} worth ${words.money(goes.total_sales, goes.home_currency)} move to ` +
        `${stays.customer_id}.`,
    `Together: ${plural(stays.record_count + goes.record_count, "record")}, ` +
      `${plural(stays.purchases + goes.purchases, "purchase")}, ` +
      `${words.money(addMoney(stays.total_sales, goes.total_sales), stays.home_currency)}.`,
  ];
  if (stays.do_not_contact !== goes.do_not_contact) {
    effects.push("One of them asked not to be contacted: the merged customer will not be contacted.");
  }
  return effects;
}

function apartEffect(left: ReviewSide, right: ReviewSide): string {
  const together = left.customer !== null && left.customer.customer_id === right.customer?.customer_id;
  return together
    ? `The next run takes them apart; one of them leaves customer ${left.customer.customer_id}.`
    : "They stay two customers, and this question is not asked again.";
}

/** Adds two decimal texts in cents, so that no cent is lost. */
function addMoney(left: string, right: string): string {
  const cents = (text: string): bigint => {
    const [whole = "0", rest = ""] = text.replace("-", "").split(".");
    const value = BigInt(whole) * 100n + BigInt(rest.padEnd(2, "0").slice(0, 2));
    return text.startsWith("-") ? -value : value;
  };
  const sum = cents(left) + cents(right);
  const size = sum < 0n ? -sum : sum;
  return `${sum < 0n ? "-" : ""}${size / 100n}.${String(size % 100n).padStart(2, "0")}`;
}
