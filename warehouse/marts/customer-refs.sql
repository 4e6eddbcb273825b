-- Whom documents mean. The first part of a reference that resolves wins: record key; id or account number (same account,
-- same source, anywhere); e-mail; telephone; name. Beyond the key only a unique answer counts.
with records as (
  select c.key, c.source, c.account, c.source_id, c.account_number, c.emails, c.phones,
         c.display_name, c.org_name, c.trading_as, c.given_name, c.family_name, x.customer_id
    from stage.customers c
    join build.crosswalk x on x.key = c.key
),
handles as (
  select 'id' as part, lower(btrim(v.value)) as value, r.source, r.account, r.customer_id
    from records r cross join lateral (values (r.source_id), (r.account_number)) v (value)
   where v.value is not null
  union
  select 'email', lower(v.value), r.source, r.account, r.customer_id
    from records r cross join lateral unnest(r.emails) v (value)
  union
  select 'phone', v.value, r.source, r.account, r.customer_id
    from records r cross join lateral unnest(r.phones) v (value)
  union
  select 'name', build.name_key(v.value), r.source, r.account, r.customer_id
    from records r
   cross join lateral (values (r.display_name), (r.org_name), (r.trading_as), (r.given_name || ' ' || r.family_name)) v (value)
   where v.value is not null
),
-- One row for each value and reach that means exactly one customer.
answers as (
  select part, value, source, account, 1 as reach, min(customer_id) as customer_id
    from handles group by part, value, source, account having count(distinct customer_id) = 1
  union all
  select part, value, source, null, 2, min(customer_id)
    from handles group by part, value, source having count(distinct customer_id) = 1
  union all
  select part, value, null, null, 3, min(customer_id)
    from handles group by part, value having count(distinct customer_id) = 1
),
refs as (
  select source, account, customer_ref as ref from stage.transactions
  union
  select source, account, customer_ref from stage.interactions
  union
  select source, account, customer_ref from stage.social_profiles
),
asked as (
  select r.source, r.account, r.ref, p.part, p.rank, p.value
    from refs r
   cross join lateral (values
     ('id', 2, lower(btrim(r.ref ->> 'id'))),
     ('email', 3, lower(btrim(r.ref ->> 'email'))),
     ('phone', 4, btrim(r.ref ->> 'phone')),
     ('name', 5, build.name_key(r.ref ->> 'name'))
   ) p (part, rank, value)
   where p.value <> ''
),
found as (
  select r.source, r.account, r.ref, x.customer_id, 1 as rank, 1 as reach, 'key' as part
    from refs r join build.crosswalk x on x.key = r.ref ->> 'key'
  union all
  select q.source, q.account, q.ref, a.customer_id, q.rank, a.reach, q.part
    from asked q
    join answers a on a.part = q.part and a.value = q.value and a.reach = 1
     and a.source = q.source and a.account = q.account
  union all
  select q.source, q.account, q.ref, a.customer_id, q.rank, a.reach, q.part
    from asked q join answers a on a.part = q.part and a.value = q.value and a.reach = 2 and a.source = q.source
  union all
  select q.source, q.account, q.ref, a.customer_id, q.rank, a.reach, q.part
    from asked q join answers a on a.part = q.part and a.value = q.value and a.reach = 3
),
best as (
  select distinct on (source, account, ref) source, account, ref, customer_id, part
    from found order by source, account, ref, rank, reach, customer_id
)
insert into build.customer_refs (ref_hash, source, account, ref, customer_id, matched_by)
select md5(r.ref::text), r.source, r.account, r.ref, b.customer_id, b.part
  from refs r
  left join best b on b.source = r.source and b.account = r.account and b.ref = r.ref
