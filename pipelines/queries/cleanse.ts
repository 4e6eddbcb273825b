/** $1 keys. */
export const recordStates = `
  select key, raw_hash, mapping_hash, version, outcome, kinds from stage.record_state where key = any ($1::text[])`;

/** $1 keys, $2 hashes. Mended records that stand in for bad ones. */
export const mendedRecords = `
  select q.key, q.raw_hash, q.mended
  from unnest($1::text[], $2::text[]) as w (key, raw_hash)
  join ops.quarantine q using (key, raw_hash)
  where q.mended is not null`;

/** $1 rows as JSON. A row that says the same as before is left alone, with the run that wrote it. */
export const saveStates = `
  insert into stage.record_state as s
    (key, source, account, stream, raw_hash, mapping_hash, version, outcome, kinds, updated_run_id)
  select key, source, account, stream, raw_hash, mapping_hash, version, outcome, kinds, run_id
  from json_to_recordset($1::json) as n (
    key text, source text, account text, stream text, raw_hash text, mapping_hash text, version text, outcome text,
    kinds text[], run_id text)
  on conflict (key) do update set
    source = excluded.source, account = excluded.account, stream = excluded.stream, raw_hash = excluded.raw_hash,
    mapping_hash = excluded.mapping_hash, version = excluded.version, outcome = excluded.outcome,
    kinds = excluded.kinds, updated_run_id = excluded.updated_run_id
  where (s.raw_hash, s.mapping_hash, s.version, s.outcome, s.kinds)
    is distinct from (excluded.raw_hash, excluded.mapping_hash, excluded.version, excluded.outcome, excluded.kinds)`;

/** $1 rows as JSON, $2 time. A row that was resolved and comes back bad is open again. */
export const saveQuarantine = `
  insert into ops.quarantine as q
    (key, source, account, stream, source_id, run_id, reason, detail, field, file, sheet, row_number, raw, raw_hash,
     record, first_seen_at)
  select key, source, account, stream, source_id, run_id, reason, detail, field, file, sheet, row_number, raw, raw_hash,
    record, $2
  from json_to_recordset($1::json) as n (
    key text, source text, account text, stream text, source_id text, run_id text, reason text, detail text, field text,
    file text, sheet text, row_number int, raw jsonb, raw_hash text, record jsonb)
  on conflict (key, raw_hash) do update set
    reason = excluded.reason, detail = excluded.detail, field = excluded.field, status = 'open', resolved_at = null
  where (q.reason, q.detail, q.field, q.status)
    is distinct from (excluded.reason, excluded.detail, excluded.field, 'open')`;

/** $1 keys, $2 hash of the version that still waits (empty: none does), $3 time. */
export const resolveQuarantine = `
  update ops.quarantine q set status = 'resolved', resolved_at = $3
  from unnest($1::text[], $2::text[]) as w (key, waiting)
  where q.key = w.key and q.raw_hash <> w.waiting and q.status <> 'resolved'`;

/** $1 rows as JSON. */
export const saveFiltered = `
  insert into ops.filtered (key, source, account, stream, run_id, reason, file, sheet, row_number, raw_hash)
  select key, source, account, stream, run_id, reason, file, sheet, row_number, raw_hash
  from json_to_recordset($1::json) as n (
    key text, source text, account text, stream text, run_id text, reason text, file text, sheet text, row_number int,
    raw_hash text)
  on conflict (key, raw_hash) do nothing`;

/** $1 rows as JSON. */
export const addOutcomes = `
  insert into ops.stream_outcomes as o (run_id, source, account, stream, attempt, outcome, reason, records)
  select run_id, source, account, stream, attempt, outcome, reason, records
  from json_to_recordset($1::json) as n (
    run_id text, source text, account text, stream text, attempt text, outcome text, reason text, records bigint)
  order by run_id, source, account, stream, attempt, outcome, reason
  on conflict (run_id, source, account, stream, attempt, outcome, reason)
  do update set records = o.records + excluded.records`;
