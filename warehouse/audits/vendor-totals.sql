-- Sums by kind and currency tie to the vendor's own totals for every stream that was read whole in this run ($1).
-- Only the last whole read of a stream counts, and only without a later read that was not whole. Where records of the
-- stream wait in quarantine, their amounts are looked for in the raw objects: some one field of theirs must make up the
-- difference; where none does, nothing can be said and it is told as open (passed, with the detail).
with last_reads as (
  select distinct on (source, account, stream) source, account, stream, snapshot, outcome, vendor_totals
    from ops.stream_reads
   where run_id = $1 and read > 0
   order by source, account, stream, started_at desc, attempt desc
),
vendor as (
  select r.source, r.account, r.stream, k.key as kind, c.key as currency, c.value::numeric as total
    from last_reads r
   cross join lateral jsonb_each(r.vendor_totals) k
   cross join lateral jsonb_each_text(k.value) c
   where r.snapshot and r.outcome = 'complete' and jsonb_typeof(r.vendor_totals) = 'object'
),
ours as (
  select source, account, stream, kind, currency, sum(case when voided then 0 else amount end) as total
    from stage.transactions group by source, account, stream, kind, currency
),
compared as (
  select v.source, v.account, v.stream, v.kind, v.currency, v.total as vendor, coalesce(o.total, 0) as ours,
         v.total - coalesce(o.total, 0) as difference
    from vendor v left join ours o using (source, account, stream, kind, currency)
),
-- Records that wait or were left out, and records that a person mended: the vendor counts them as they are on its side.
waiting as (
  select s.source, s.account, s.stream, count(*) as records
    from stage.record_state s
   where s.outcome in ('quarantined', 'filtered')
      or exists (select 1 from ops.quarantine q where q.key = s.key and q.raw_hash = s.raw_hash)
   group by s.source, s.account, s.stream
),
-- Sums of every numeric field of the waiting raw objects of each stream.
fields as (
  select q.source, q.account, q.stream, e.key as field,
         sum(case when e.value ~ '^-?[0-9]+(\.[0-9]+)?$' then e.value::numeric else 0 end) as total
    from ops.quarantine q
    join stage.record_state s on s.key = q.key and s.outcome = 'quarantined' and s.raw_hash = q.raw_hash
   cross join lateral jsonb_each_text(case jsonb_typeof(q.raw) when 'object' then q.raw else '{}' end) e
   group by q.source, q.account, q.stream, e.key
),
streams as (
  select source, account, stream, sum(difference) as difference, bool_or(difference <> 0) as differs
    from compared group by source, account, stream
),
judged as (
  select c.source, c.account, c.stream, c.difference, coalesce(w.records, 0) as waiting,
         exists (select 1 from fields f where f.source = c.source and f.account = c.account and f.stream = c.stream
                    and f.total = c.difference) as explained
    from streams c left join waiting w using (source, account, stream)
   where c.differs
)
select coalesce(bool_and(explained or waiting > 0), true) as passed,
       coalesce(string_agg(format('%s/%s/%s differs by %s, %s', source, account, stream, difference,
                    case when explained then format('which %s waiting records make up', waiting)
                         when waiting > 0 then format('%s records wait', waiting)
                         else 'and nothing waits' end), '; ' order by source, account, stream),
                'every sum ties to the vendor''s') as detail,
       coalesce(sum(abs(difference)) filter (where not explained), 0) as measured
  from judged
