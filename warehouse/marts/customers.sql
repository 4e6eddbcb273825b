-- Customers: what the resolve stage knows of each, with sums in the home currency ($1) and the segment as of a day ($2).
-- prospect: never bought; new: first purchase within 90 days; loyal: 6 or more purchases in 365 days, the last within 90;
-- active: last within 90 days; slipping: within 180; lapsed: longer ago.
with money as (
  select customer_id,
         coalesce(sum(home_amount) filter (where kind in ('invoice', 'sale', 'gift')), 0)
           - coalesce(sum(home_amount) filter (where kind in ('credit_memo', 'refund')), 0) as total_sales,
         coalesce(sum(home_amount) filter (where kind = 'payment'), 0) as total_paid,
         count(*) filter (where home_amount is null and kind <> 'estimate')::int as sales_without_rate,
         min(date) filter (where kind in ('invoice', 'sale', 'gift')) as first_purchase,
         max(date) filter (where kind in ('invoice', 'sale', 'gift')) as last_purchase,
         count(*) filter (where kind in ('invoice', 'sale', 'gift'))::int as purchases,
         count(*) filter (where kind in ('invoice', 'sale', 'gift') and date > $2::date - 365)::int as purchases_year
    from build.transactions
   where customer_id is not null and not voided
   group by customer_id
),
contact as (
  select customer_id,
         (max(interaction_date) filter (where interaction_type in ('visit', 'call', 'email', 'meeting'))
            at time zone 'UTC')::date as last_contact,
         count(*)::int as interactions
    from build.customer_interactions
   where customer_id is not null
   group by customer_id
)
insert into build.customers (
  customer_id, entity_type, display_name, first_name, last_name, company_name, email, phone, street_address, city, parish,
  region_code, postal_code, country, website, date_of_birth, job_title, industry, external_ids, data_sources, record_count,
  identity_confidence, do_not_contact, active, customer_since, home_currency, total_sales, total_paid, sales_without_rate,
  first_purchase, last_purchase, purchases, last_contact, interactions, customer_segment, data_quality_score,
  profile_completeness)
select g.customer_id, g.entity_type, g.display_name, g.first_name, g.last_name, g.company_name, g.email, g.phone,
       g.street_address, g.city, g.parish, g.region_code, g.postal_code, g.country, g.website, g.date_of_birth, g.job_title,
       g.industry, g.external_ids, g.data_sources, g.record_count, g.identity_confidence, g.do_not_contact, g.active,
       least(g.customer_since, m.first_purchase), $1::text, coalesce(m.total_sales, 0), coalesce(m.total_paid, 0),
       coalesce(m.sales_without_rate, 0), m.first_purchase, m.last_purchase, coalesce(m.purchases, 0), k.last_contact,
       coalesce(k.interactions, 0),
       case
         when m.last_purchase is null then 'prospect'
         when m.first_purchase > $2::date - 90 then 'new'
         when m.purchases_year >= 6 and m.last_purchase >= $2::date - 90 then 'loyal'
         when m.last_purchase >= $2::date - 90 then 'active'
         when m.last_purchase >= $2::date - 180 then 'slipping'
         else 'lapsed'
       end,
       g.data_quality_score, g.profile_completeness
  from build.golden g
  left join money m on m.customer_id = g.customer_id
  left join contact k on k.customer_id = g.customer_id
