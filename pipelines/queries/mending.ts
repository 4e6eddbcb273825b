/** $1 ids. */
export const quarantinedRecords = `
  select id, record, status from ops.quarantine where id = any ($1::bigint[]) order by id`;

/** $1 ids. */
export const markRetried = `update ops.quarantine set status = 'retried' where id = any ($1::bigint[]) and status = 'open'`;

/** $1 id, $2 the mended record. */
export const keepMended = `update ops.quarantine set mended = $2, status = 'retried' where id = $1`;

/**
 * $1 source, $2 account, $3 stream, $4 key to go on after, $5 limit. The newest version of each record, where the
 * cleanse stage has seen that version or a person has mended it; a version that is still on its way is left to it.
 */
export const newestRecords = `
  with keys as (
    select distinct r.key from raw.records r
    where r.source = $1 and r.account = $2 and r.stream = $3 and r.key > $4
    order by r.key limit $5
  )
  select k.key, r.source, r.account, r.stream, r.source_id, r.op, r.source_cursor, r.version, r.observed_at, r.hash,
    r.raw, r.provenance,
    (s.key is null or s.raw_hash = r.hash or exists (
      select from ops.quarantine q where q.key = r.key and q.raw_hash = r.hash and q.mended is not null)) as settled
  from keys k
  cross join lateral (select * from raw.records r where r.key = k.key order by r.id desc limit 1) r
  left join stage.record_state s on s.key = k.key
  order by k.key`;

/** $1 group, $2 topic. Holds off the cleanse stage's commits on the topic until this transaction ends. */
export const holdTopic = `
  select partition from ops.consumer_offsets where consumer_group = $1 and topic = $2 order by partition for update`;
