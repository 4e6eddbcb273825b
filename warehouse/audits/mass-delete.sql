-- No stream may lose more than the allowed share ($1) of its published records at once; streams smaller than $2 are not
-- judged, nor those whose drop an operator accepted ($3).
with before as (
  select source, account, stream, key from identity.crosswalk
  union all
  select p.source, p.account, split_part(t.transaction_key, ':', 3), t.transaction_key
    from customer_360.transactions t cross join lateral (select t.source, t.account) p
  union all
  select i.source, i.account, split_part(i.interaction_key, ':', 3), i.interaction_key
    from customer_360.customer_interactions i
),
now as (
  select key from build.crosswalk
  union select transaction_key from build.transactions
  union select interaction_key from build.customer_interactions
),
streams as (
  select b.source, b.account, b.stream, count(*) as before, count(*) filter (where n.key is null) as gone
    from before b left join now n on n.key = b.key
   where b.stream <> all ($3::text[])
   group by b.source, b.account, b.stream
)
select coalesce(bool_and(gone <= before * $1::numeric or before < $2::int), true) as passed,
       coalesce(string_agg(format('%s/%s/%s would lose %s of %s records', source, account, stream, gone, before), '; '
                           order by source, account, stream)
                  filter (where gone > before * $1::numeric and before >= $2::int), 'no stream loses much') as detail,
       coalesce(max(round(gone::numeric / before, 4)), 0) as measured
  from streams
