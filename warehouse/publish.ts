import { faultPoint as coreFaultPoint, isoNow } from "#core";
import type { Clock, Database, SqlClient } from "#core";
import { dataAsOf } from "./build-marts.ts";
import { combine, tableHashes } from "./content-hash.ts";
import { quoted } from "./duckdb.ts";
import { columnsOf, PUBLISHED_TABLES } from "./published-tables.ts";
import type { PublishedTable } from "./published-tables.ts";

/** Number of the advisory lock that lets one publication through at a time. */
const LOCK = 3_600_361;

/** What changed in one table. */
export interface TableChange {
  readonly table: string;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}

/** What a publication did. */
export interface Publication {
  /** Rows inserted, updated and deleted in tables that are part of the content. */
  readonly rowsChanged: number;
  readonly contentHash: string;
  readonly dataAsOf: string | null;
  readonly tables: readonly TableChange[];
}

/**
 * Carries the difference between the candidates and the published tables over, in one transaction: whoever reads sees
 * the state before or the state after, never a mixture. Rows that do not differ are not touched. Publishing again what
 * is published changes nothing.
 */
export async function publish(
  db: Database,
  options: {
    readonly runId: string;
    readonly clock: Clock;
    /** ISO date; `dataAsOf` where absent. */
    readonly asOf?: string | null;
    readonly faultPoint?: (name: string) => void;
  },
): Promise<Publication> {
  const fault = options.faultPoint ?? coreFaultPoint;
  for (const table of PUBLISHED_TABLES) await db.query(`analyze ${table.build}`);
  return db.transaction(async (tx) => {
    await tx.query("select pg_advisory_xact_lock($1)", [LOCK]);
    // A steward's answer waits the second that this takes, so that none falls between reading and writing the questions.
    await tx.query("lock table identity.review_tasks in share row exclusive mode");
    await settleQuestions(tx);
    const changes: TableChange[] = [];
    for (const table of PUBLISHED_TABLES) {
      changes.push(await carryOver(tx, table));
      if (table.target === "customer_360.transactions") fault("publish.inside");
    }
    await appendLedgerEvents(tx, options.runId, isoNow(options.clock));
    const asOf = options.asOf === undefined ? await dataAsOf(tx) : options.asOf;
    const publication = await record(tx, options.runId, asOf, changes);
    fault("publish.before_commit");
    return publication;
  });
}

/** Inserts, updates and deletes the rows that differ; nothing else. */
async function carryOver(tx: SqlClient, table: PublishedTable): Promise<TableChange> {
  const names = (await columnsOf(tx, table.target)).map((column) => quoted(column.name));
  const same = table.key.map((name) => `b.${quoted(name)} = t.${quoted(name)}`).join(" and ");
  const list = names.join(", ");
  const ours = names.map((name) => `b.${name}`).join(", ");
  const theirs = names.map((name) => `t.${name}`).join(", ");
  const deleted =
    table.keepMissing === true
      ? 0
      : (
          await tx.query(
            `delete from ${table.target} t where not exists (select 1 from ${table.build} b where ${same})`,
          )
        ).rowCount;
  const updated = await tx.query(
    `update ${table.target} t set (${list}) = row(${ours}) from ${table.build} b
      where ${same} and row(${theirs}) is distinct from row(${ours})`,
  );
  const inserted = await tx.query(
    `insert into ${table.target} (${list}) select ${ours} from ${table.build} b
      where not exists (select 1 from ${table.target} t where ${same})`,
  );
  return { table: table.target, inserted: inserted.rowCount, updated: updated.rowCount, deleted };
}

/**
 * Questions keep what stewards did with them: answered while a decision on the pair stands, skipped while it was skipped,
 * open again when the decision was undone. They keep the run that first asked them, too.
 */
async function settleQuestions(tx: SqlClient): Promise<void> {
  await tx.query(
    `update build.review_tasks b
        set status = s.status, created_run_id = s.created_run_id
       from (select n.task_id,
                    case when exists (
                           select 1 from identity.steward_decisions d
                            where d.undone_at is null
                              and ((d.left_key = n.left_key and d.right_key = n.right_key)
                                or (d.left_key = n.right_key and d.right_key = n.left_key))) then 'answered'
                         when t.status = 'skipped' then 'skipped'
                         else 'open' end as status,
                    coalesce(t.created_run_id, n.created_run_id) as created_run_id
               from build.review_tasks n
               left join identity.review_tasks t on t.task_id = n.task_id) s
      where s.task_id = b.task_id and (b.status, b.created_run_id) is distinct from (s.status, s.created_run_id)`,
  );
}

async function appendLedgerEvents(tx: SqlClient, runId: string, at: string): Promise<void> {
  await tx.query(
    `insert into identity.customer_id_events (run_id, customer_id, event, other_id, cause, at)
     select $1::text, b.customer_id, b.event, b.other_id, b.cause, $2::timestamptz
       from build.customer_id_events b
      where not exists (
        select 1 from identity.customer_id_events e
         where e.run_id = $1 and e.customer_id = b.customer_id and e.event = b.event
           and e.other_id is not distinct from b.other_id and e.cause = b.cause)
      order by b.customer_id, b.event, b.other_id`,
    [runId, at],
  );
}

async function record(
  tx: SqlClient,
  runId: string,
  asOf: string | null,
  changes: readonly TableChange[],
): Promise<Publication> {
  const hashes = await tableHashes(tx);
  const contentHash = combine(hashes);
  const content = new Set(hashes.map((one) => one.table));
  const tables = changes.filter((change) => content.has(change.table));
  const rowsChanged = tables.reduce((sum, one) => sum + one.inserted + one.updated + one.deleted, 0);
  for (const change of tables) {
    const found = hashes.find((one) => one.table === change.table);
    // A publication that is repeated after a crash adds to what the run did before.
    await tx.query(
      `insert into ops.publications (run_id, table_name, rows, inserted, updated, deleted, content_hash)
       values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (run_id, table_name) do update
         set rows = excluded.rows, content_hash = excluded.content_hash,
             inserted = publications.inserted + excluded.inserted,
             updated = publications.updated + excluded.updated,
             deleted = publications.deleted + excluded.deleted`,
      [runId, change.table, found?.rows ?? 0, change.inserted, change.updated, change.deleted, found?.hash ?? ""],
    );
  }
  await tx.query(
    `update ops.runs set content_hash = $2, rows_changed = coalesce(rows_changed, 0) + $3, data_as_of = $4::date
      where run_id = $1`,
    [runId, contentHash, rowsChanged, asOf],
  );
  return { rowsChanged, contentHash, dataAsOf: asOf, tables };
}
