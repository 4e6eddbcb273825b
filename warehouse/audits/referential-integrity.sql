-- Everything that names a customer names one that exists.
with refs as (
  select 'crosswalk' as name, customer_id from build.crosswalk
  union all select 'transactions', customer_id from build.transactions
  union all select 'customer_interactions', customer_id from build.customer_interactions
  union all select 'social_media_profiles', customer_id from build.social_media_profiles
  union all select 'customer_fields', customer_id from build.customer_fields
  union all select 'contact_points', customer_id from build.contact_points
  union all select 'relationships', left_customer_id from build.relationships
  union all select 'relationships', right_customer_id from build.relationships
  union all select 'customer_scores', customer_id from build.customer_scores
  union all select 'score_reasons', customer_id from build.score_reasons
  union all select 'leads', customer_id from build.leads
),
lost as (
  select r.name, count(*) as rows
    from refs r
   where r.customer_id is not null and not exists (select 1 from build.customers c where c.customer_id = r.customer_id)
   group by r.name
)
select count(*) = 0 as passed,
       coalesce(string_agg(format('%s: %s rows name no customer that exists', name, rows), '; ' order by name),
                'every reference holds') as detail,
       coalesce(sum(rows), 0) as measured
  from lost
