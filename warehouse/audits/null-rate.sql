-- The share of customers with an e-mail, a telephone or a real name must not fall by more than 30 points.
with shares as (
  select unnest(array['email', 'phone', 'name']) as field,
         unnest(array[avg((email is not null)::int), avg((phone is not null)::int), avg((display_name <> '')::int)]) as share
    from build.customers
),
before as (
  select unnest(array['email', 'phone', 'name']) as field,
         unnest(array[avg((email is not null)::int), avg((phone is not null)::int), avg((display_name <> '')::int)]) as share
    from customer_360.customers
)
select coalesce(bool_and(b.share - s.share <= 0.3), true) as passed,
       coalesce(string_agg(format('%s: filled in %s%% of customers, was %s%%', s.field, round(s.share * 100), round(b.share * 100)),
                           '; ' order by s.field) filter (where b.share - s.share > 0.3), 'key columns stay filled') as detail,
       coalesce(max(round(b.share - s.share, 4)), 0) as measured
  from shares s join before b using (field)
