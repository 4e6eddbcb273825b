-- No published table may lose more than the allowed share of its rows at once ($1 share, $2 rows below which it is not judged).
select coalesce(bool_and(now >= before * (1 - $1::numeric) or before < $2::int), true) as passed,
       coalesce(string_agg(format('%s would go from %s rows to %s', name, before, now), '; ' order by name)
                  filter (where now < before * (1 - $1::numeric) and before >= $2::int), 'no table shrinks much') as detail,
       coalesce(max(round(1 - now::numeric / nullif(before, 0), 4)), 0) as measured
  from (values
    ('customers', (select count(*) from build.customers), (select count(*) from customer_360.customers)),
    ('transactions', (select count(*) from build.transactions), (select count(*) from customer_360.transactions)),
    ('customer_interactions', (select count(*) from build.customer_interactions),
                              (select count(*) from customer_360.customer_interactions)),
    ('crosswalk', (select count(*) from build.crosswalk), (select count(*) from identity.crosswalk))
  ) v (name, now, before)
