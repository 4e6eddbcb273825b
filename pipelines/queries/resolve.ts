/** Reads see one moment, and text of times and dates is the same everywhere. */
export const openSnapshot = `
  set transaction isolation level repeatable read;
  set local timezone = 'UTC';
  set local datestyle = 'ISO'`;

/** Everything that decides the outcome: staged customers (not when they were seen) and the decisions that stand. */
export const inputHash = `
  select encode(sha256(
    coalesce((select string_agg(sha256(convert_to((to_jsonb(c) - 'observed_at')::text, 'UTF8')), ''
      order by c.key collate "C") from stage.customers c), ''::bytea)
    || coalesce((select string_agg(sha256(convert_to(jsonb_build_array(d.left_key, d.right_key, d.decision)::text, 'UTF8')), ''
      order by d.id) from identity.steward_decisions d where d.undone_at is null), ''::bytea)), 'hex') as hash`;

/** The published ledger and crosswalk as they stand. */
export const ledgerHash = `
  select encode(sha256(
    coalesce((select string_agg(sha256(convert_to(to_jsonb(i)::text, 'UTF8')), ''
      order by i.customer_id collate "C") from identity.customer_ids i), ''::bytea)
    || coalesce((select string_agg(sha256(convert_to(x.key || ' ' || x.customer_id, 'UTF8')), ''
      order by x.key collate "C") from identity.crosswalk x), ''::bytea)), 'hex') as hash`;

/** Customers of the stage; what is certainly none (cash sales) is left out. */
export const customers = `
  select key, source, account, stream, source_id, file, entity_type, entity_type_probability, display_name, given_name,
    middle_name, family_name, org_name, trading_as, emails, phones, street, unit, locality, region, region_code, postcode,
    country, website, handles, tax_id, birth_date::text as birth_date, occupation, category, notes, parent_key, is_job,
    active, do_not_contact, since::text as since, account_number, latitude, longitude
  from stage.customers where entity_type <> 'not_a_customer'
  order by key collate "C"`;

/** The last standing word on each pair. */
export const decisions = `
  select distinct on (least(left_key, right_key), greatest(left_key, right_key))
    least(left_key, right_key) as left_key, greatest(left_key, right_key) as right_key, decision
  from identity.steward_decisions where undone_at is null
  order by least(left_key, right_key), greatest(left_key, right_key), id desc`;

/** The ledger of ids. */
export const ledger = `
  select customer_id, anchor_key, status, redirect_to, minted_run_id, minted_as_of::text as minted_as_of
  from identity.customer_ids order by customer_id`;

/** The published crosswalk. */
export const crosswalk = `select key, customer_id from identity.crosswalk`;

/** Tables that the stage fills. */
export const BUILD_TABLES = [
  "build.crosswalk",
  "build.clusters",
  "build.pairs",
  "build.review_tasks",
  "build.customer_ids",
  "build.customer_id_events",
  "build.golden",
  "build.customer_fields",
  "build.contact_points",
  "build.relationships",
] as const;

/** Rows of each of those tables; a crash of the server empties them. Events are left out: they are read once. */
export const buildCounts = `
  select ${BUILD_TABLES.filter((table) => table !== "build.customer_id_events")
    .map((table) => `(select count(*) from ${table})`)
    .join(" || ' ' || ")} as counts`;

/** True where the published ledger and crosswalk are the candidates themselves: nothing is left to tell. */
export const isPublished = `
  select not exists (
      (select * from build.customer_ids except all select * from identity.customer_ids)
      union all (select * from identity.customer_ids except all select * from build.customer_ids))
    and not exists (
      (select key, customer_id from build.crosswalk except all select key, customer_id from identity.crosswalk)
      union all (select key, customer_id from identity.crosswalk except all select key, customer_id from build.crosswalk))
    as published`;

/**
 * Keeps the customers of the candidates at hand, to tell afterwards which ones changed. Confidence is left out: it moves
 * by a hair for everybody when one record comes.
 */
export const keepPrevious = `
  create temporary table previous_customers on commit drop as
  select g.customer_id, to_jsonb(g) - 'identity_confidence' as golden, x.keys
  from build.golden g
  join (select customer_id, array_agg(key order by key collate "C") as keys from build.crosswalk group by customer_id) x
    using (customer_id)`;

/** Empties the candidates. */
export const emptyBuild = `truncate ${BUILD_TABLES.join(", ")}`;

/** Customers that are new or not as they were, and those that are gone. */
export const changedCustomers = `
  select coalesce(n.customer_id, p.customer_id) as customer_id, n.customer_id is null as gone
  from (
    select g.customer_id, to_jsonb(g) - 'identity_confidence' as golden, x.keys
    from build.golden g
    join (select customer_id, array_agg(key order by key collate "C") as keys from build.crosswalk group by customer_id) x
      using (customer_id)
  ) n
  full join previous_customers p using (customer_id)
  where (n.golden, n.keys) is distinct from (p.golden, p.keys)
  order by 1`;

/** $1 name. */
export const readSetting = `select value from ops.settings where name = $1`;

/** $1 name, $2 value, $3 time. */
export const writeSetting = `
  insert into ops.settings (name, value, updated_at) values ($1, $2::jsonb, $3)
  on conflict (name) do update set value = excluded.value, updated_at = excluded.updated_at`;
