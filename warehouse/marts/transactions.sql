-- Money documents with their customer and their amount in the home currency ($1). The document's own rate outranks a dated
-- one; the latest dated rate on or before the day counts. Without a rate the home amount stays unknown.
insert into build.transactions (
  transaction_key, customer_id, kind, number, date, due_date, currency, amount, balance, exchange_rate, rate_source,
  home_amount, voided, category, payment_method, description, quantity, source, account)
select t.key, coalesce(own.customer_id, r.customer_id), t.kind, t.number, t.date, t.due_date, t.currency, d.amount, t.balance,
       f.rate, f.rate_source, round(d.amount * f.rate, 2), t.voided, t.category, t.payment_method, t.description,
       trim_scale(t.quantity), t.source, t.account
  from stage.transactions t
  left join build.crosswalk own on own.key = t.key
  left join build.customer_refs r
    on r.ref_hash = md5(t.customer_ref::text) and r.source = t.source and r.account = t.account
 cross join lateral (select case when t.voided then 0 else t.amount end as amount) d
  left join lateral (
    select rate from build.rates where currency = t.currency and date <= t.date order by date desc limit 1
  ) dated on t.currency <> $1::text and coalesce(t.exchange_rate, 0) <= 0
 cross join lateral (
   select case when t.currency = $1::text then 1::numeric(18, 8)
               when t.exchange_rate > 0 then t.exchange_rate
               else dated.rate end as rate,
          case when t.currency = $1::text then 'home'
               when t.exchange_rate > 0 then 'document'
               when dated.rate is not null then 'rates_file'
               else 'none' end as rate_source
 ) f
