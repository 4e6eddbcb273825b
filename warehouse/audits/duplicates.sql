-- No key stands twice.
with doubled as (
  select 'customers' as name, customer_id as key from build.customers group by 2 having count(*) > 1
  union all select 'transactions', transaction_key from build.transactions group by 2 having count(*) > 1
  union all select 'customer_interactions', interaction_key from build.customer_interactions group by 2 having count(*) > 1
  union all select 'social_media_profiles', profile_key from build.social_media_profiles group by 2 having count(*) > 1
  union all select 'marketing_campaigns', campaign_key from build.marketing_campaigns group by 2 having count(*) > 1
  union all select 'items', item_key from build.items group by 2 having count(*) > 1
  union all select 'crosswalk', key from build.crosswalk group by 2 having count(*) > 1
  union all select 'customer_ids', customer_id from build.customer_ids group by 2 having count(*) > 1
  union all select 'anchors', anchor_key from build.customer_ids group by 2 having count(*) > 1
  union all select 'customer_scores', customer_id || ' ' || score from build.customer_scores group by 2 having count(*) > 1
  union all select 'leads', rank::text from build.leads group by 2 having count(*) > 1
)
select count(*) = 0 as passed,
       coalesce((select string_agg(format('%s: %s keys stand twice', name, n), '; ' order by name)
                   from (select name, count(*) as n from doubled group by name) d), 'no key stands twice') as detail,
       count(*) as measured
  from doubled
