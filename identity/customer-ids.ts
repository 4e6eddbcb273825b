import { mintCustomerId } from "#core";
import { byText } from "./text.ts";

/** One row of identity.customer_ids. */
export interface CustomerIdRow {
  readonly customer_id: string;
  readonly anchor_key: string;
  readonly status: "active" | "retired";
  readonly redirect_to: string | null;
  readonly minted_run_id: string;
  /** ISO date. */
  readonly minted_as_of: string | null;
}

/** A change to the ledger; `other_id` is the id that took over, or took part. */
export interface CustomerIdEvent {
  readonly customer_id: string;
  readonly event: "minted" | "retired" | "revived" | "moved" | "anchor_moved";
  readonly other_id: string | null;
  readonly cause: string;
}

/** What the assignment of ids needs. */
export interface CustomerIdInput {
  /** The partition, any order. */
  readonly clusters: Iterable<{ readonly key: string; readonly clusterAnchor: string }>;
  /** The ledger as it stands. */
  readonly ledger: readonly CustomerIdRow[];
  /** The crosswalk as it stands: key to id. Needed to carry an id on when its anchor record is gone. */
  readonly crosswalk?: ReadonlyMap<string, string>;
  /** What new ids are stamped with. */
  readonly mint: { readonly runId: string; readonly asOf: string | null };
}

/** Ids for every record, the next ledger, and what changed. */
export interface CustomerIdResult {
  readonly assignment: ReadonlyMap<string, string>;
  /** The whole ledger, by id. */
  readonly ledger: readonly CustomerIdRow[];
  readonly events: readonly CustomerIdEvent[];
}

/**
 * Gives each cluster its id. An id belongs to its anchor record for ever, so the cluster that holds the anchor holds the
 * id: of several, the one minted first (then the smallest) stays and the others are retired to it; a part that
 * splits off with the anchor of a retired id gets that id back. An id whose anchor record is gone moves its anchor to
 * the smallest record that bore it. Does not depend on the order of the input.
 */
export function assignCustomerIds(input: CustomerIdInput): CustomerIdResult {
  const anchorOf = new Map<string, string>();
  const members = new Map<string, string[]>();
  for (const { key, clusterAnchor } of input.clusters) {
    anchorOf.set(key, clusterAnchor);
    const list = members.get(clusterAnchor);
    if (list === undefined) members.set(clusterAnchor, [key]);
    else list.push(key);
  }
  const events: CustomerIdEvent[] = [];
  const rows = moveAnchors(input, anchorOf, events);
  const byCluster = new Map<string, CustomerIdRow[]>();
  for (const row of rows) {
    const cluster = anchorOf.get(row.anchor_key);
    if (cluster === undefined) continue;
    const list = byCluster.get(cluster);
    if (list === undefined) byCluster.set(cluster, [row]);
    else list.push(row);
  }
  const ledger = new Map(rows.map((row) => [row.customer_id, row]));
  const assignment = new Map<string, string>();
  for (const cluster of [...members.keys()].sort(byText)) {
    const keys = (members.get(cluster) ?? []).sort(byText);
    const id = settleCluster(keys, byCluster.get(cluster) ?? [], ledger, input.mint, events);
    for (const key of keys) assignment.set(key, id);
  }
  retireOrphans(rows, anchorOf, input, assignment, ledger, events);
  return { assignment, ledger: [...ledger.values()].sort((a, b) => byText(a.customer_id, b.customer_id)), events };
}

// Ids whose anchor record is gone go to the smallest living record that bore them and anchors nothing else.
function moveAnchors(
  input: CustomerIdInput,
  living: ReadonlyMap<string, string>,
  events: CustomerIdEvent[],
): CustomerIdRow[] {
  const rows = [...input.ledger].sort((a, b) => byText(a.customer_id, b.customer_id));
  const lost = new Set(
    rows.filter((row) => row.status === "active" && !living.has(row.anchor_key)).map((row) => row.customer_id),
  );
  if (lost.size === 0) return rows;
  const taken = new Set(rows.map((row) => row.anchor_key));
  const heirs = new Map<string, string[]>();
  for (const [key, id] of input.crosswalk ?? []) {
    if (lost.has(id) && living.has(key) && !taken.has(key)) heirs.set(id, [...(heirs.get(id) ?? []), key]);
  }
  return rows.map((row) => {
    const heir = heirs.get(row.customer_id)?.sort(byText)[0];
    if (heir === undefined) return row;
    events.push({
      customer_id: row.customer_id,
      event: "anchor_moved",
      other_id: null,
      cause: "the anchor record is gone",
    });
    return { ...row, anchor_key: heir };
  });
}

function settleCluster(
  keys: readonly string[],
  rows: readonly CustomerIdRow[],
  ledger: Map<string, CustomerIdRow>,
  mint: CustomerIdInput["mint"],
  events: CustomerIdEvent[],
): string {
  const ranked = [...rows].sort(
    (a, b) =>
      Number(isOrphan(a)) - Number(isOrphan(b)) ||
      byText(a.minted_as_of ?? "9999", b.minted_as_of ?? "9999") ||
      // Two nights may know the same last day: the run tells which came first, its id begins with its time.
      byText(a.minted_run_id, b.minted_run_id) ||
      byText(a.customer_id, b.customer_id),
  );
  const [winner, ...others] = ranked;
  if (winner === undefined) return mintId(keys[0] ?? "", ledger, mint, events);
  const id = winner.customer_id;
  if (winner.status === "retired") {
    events.push({
      customer_id: id,
      event: "revived",
      other_id: winner.redirect_to,
      cause: "its anchor record is a customer of its own again",
    });
  }
  ledger.set(id, { ...winner, status: "active", redirect_to: null });
  for (const row of others) {
    if (row.status === "active") {
      events.push({
        customer_id: row.customer_id,
        event: "retired",
        other_id: id,
        cause: "its records joined another customer",
      });
    } else if (row.redirect_to !== id) {
      events.push({
        customer_id: row.customer_id,
        event: "moved",
        other_id: id,
        cause: "its anchor record is with another customer now",
      });
    }
    ledger.set(row.customer_id, { ...row, status: "retired", redirect_to: id });
  }
  return id;
}

// An id that was retired by a merge counts like an active one, so that the partition alone decides and undoing is exact;
// one that had no records left does not take a customer over when its record comes back inside another customer.
function isOrphan(row: CustomerIdRow): boolean {
  return row.status === "retired" && row.redirect_to === null;
}

function mintId(
  anchor: string,
  ledger: Map<string, CustomerIdRow>,
  mint: CustomerIdInput["mint"],
  events: CustomerIdEvent[],
): string {
  let id = mintCustomerId(anchor);
  // The id of this key may live on at another record, after its anchor moved away: then the next one of the key.
  for (let next = 2; ledger.has(id); next += 1) id = mintCustomerId(`${anchor}#${next}`);
  ledger.set(id, {
    customer_id: id,
    anchor_key: anchor,
    status: "active",
    redirect_to: null,
    minted_run_id: mint.runId,
    minted_as_of: mint.asOf,
  });
  events.push({ customer_id: id, event: "minted", other_id: null, cause: "a new customer" });
  return id;
}

// Active ids of which no record is left to anchor: retired, to wherever their remaining records went.
function retireOrphans(
  rows: readonly CustomerIdRow[],
  living: ReadonlyMap<string, string>,
  input: CustomerIdInput,
  assignment: ReadonlyMap<string, string>,
  ledger: Map<string, CustomerIdRow>,
  events: CustomerIdEvent[],
): void {
  const orphans = rows.filter((row) => row.status === "active" && !living.has(row.anchor_key));
  if (orphans.length === 0) return;
  const left = new Map<string, string>();
  for (const [key, id] of input.crosswalk ?? []) {
    const before = left.get(id);
    if (living.has(key) && (before === undefined || key < before)) left.set(id, key);
  }
  for (const row of orphans) {
    const redirect = assignment.get(left.get(row.customer_id) ?? "") ?? null;
    const cause =
      redirect === null ? "no source has its records any more" : "its remaining records belong to another customer";
    events.push({ customer_id: row.customer_id, event: "retired", other_id: redirect, cause });
    ledger.set(row.customer_id, { ...row, status: "retired", redirect_to: redirect });
  }
}
