-- What is known of each customer on the evening of the cut-off, and (for training) what happened after it.
-- $1 cut-off, $2 horizon in days, $3 true for a training snapshot: labels, and only customers known by the cut-off, $4 share
-- of customers, chosen by their ids.
-- Everything but the labels rests on days up to the cut-off. Profile fields that fill up later because somebody bought
-- (completeness, number of sources) are context for people, never features.
with bounds as (
  select $1::date as cutoff, $1::date + $2::int as until, $3::boolean as training
),
chosen as (
  select g.customer_id
  from build.golden g
  where $4::double precision >= 1
    or ('x' || substr(md5(g.customer_id), 1, 8))::bit(32)::bigint < $4::double precision * 4294967296
),
documents as (
  -- Money is summed exactly, so that no sum depends on the order of its rows, and becomes a float in the last select.
  select t.customer_id, t.kind, t.date, t.due_date, t.home_amount, t.category
  from build.transactions t
  join chosen k on k.customer_id = t.customer_id
  where not t.voided
),
purchase_days as (
  select d.customer_id, d.date as day, coalesce(sum(d.home_amount), 0) as spend,
    d.date - lag(d.date) over (partition by d.customer_id order by d.date) as gap,
    max(d.date) over (partition by d.customer_id) as newest
  from documents d, bounds b
  where d.kind in ('invoice', 'sale', 'gift') and d.date <= b.cutoff
  group by d.customer_id, d.date
),
-- Buying falls into spells: a pause of over half a year ends one.
spells as (
  select p.*, count(*) filter (where p.gap > 180) over (partition by p.customer_id) as pauses,
    count(*) filter (where p.gap > 180) over (partition by p.customer_id order by p.day) as spell
  from purchase_days p
),
purchases as (
  select p.customer_id,
    min(p.day) as first_day,
    max(p.day) as last_day,
    count(*)::int as frequency,
    (count(*) filter (where p.day > b.cutoff - 30))::int as purchases_30,
    (count(*) filter (where p.day > b.cutoff - 90))::int as purchases_90,
    (count(*) filter (where p.day > b.cutoff - 365))::int as purchases_365,
    coalesce(sum(p.spend) filter (where p.day > b.cutoff - 30), 0) as spend_30,
    coalesce(sum(p.spend) filter (where p.day > b.cutoff - 90), 0) as spend_90,
    coalesce(sum(p.spend) filter (where p.day > b.cutoff - 365), 0) as spend_365,
    sum(p.spend) as spend_total,
    avg(p.spend) filter (where p.spend > 0) as mean_spend,
    avg(p.gap) as gap_mean,
    stddev_samp(p.gap) as gap_sd,
    (count(*) filter (where p.spell = p.pauses))::int as spell_purchases,
    -- Regular buying ended here: one purchase after a pause of over half a year does not bring it back. Two months before
    -- it lies what may have ended it.
    max(p.day) - coalesce((array_agg(p.gap order by p.day desc) filter (where p.gap > 180 and p.day = p.newest))[1], 0) - 60
      as turn_day
  from spells p, bounds b
  group by p.customer_id
),
categories as (
  select distinct on (c.customer_id) c.customer_id, c.category as top_category,
    c.lines / sum(c.lines) over (partition by c.customer_id) as top_category_share,
    (count(*) over (partition by c.customer_id))::int as categories_365
  from (
    select d.customer_id, d.category, count(*) as lines
    from documents d, bounds b
    where d.kind in ('invoice', 'sale', 'gift') and d.date <= b.cutoff and d.date > b.cutoff - 365
      and d.category is not null
    group by d.customer_id, d.category
  ) c
  order by c.customer_id, c.lines desc, c.category
),
money as (
  select d.customer_id,
    min(d.date) as first_day,
    (count(*) filter (where d.kind in ('credit_memo', 'refund') and d.date > b.cutoff - 365))::int as credit_memos_365,
    coalesce(sum(d.home_amount) filter (where d.kind in ('credit_memo', 'refund') and d.date > b.cutoff - 365), 0)
      as credited_365,
    max(d.date) filter (where d.kind = 'estimate') as estimate_day,
    coalesce(sum(d.home_amount) filter (where d.kind in ('payment', 'credit_memo')), 0) as settled
  from documents d, bounds b
  where d.date <= b.cutoff
  group by d.customer_id
),
-- Payments settle the invoices that fell due first: what is left of them is overdue, since the first of them fell due.
dues as (
  select d.customer_id, d.due, sum(d.home_amount) over (partition by d.customer_id order by d.due) as due_amount
  from (
    select d.customer_id, coalesce(d.due_date, d.date) as due, sum(d.home_amount) as home_amount
    from documents d, bounds b
    where d.kind = 'invoice' and d.date <= b.cutoff and coalesce(d.due_date, d.date) <= b.cutoff
    group by d.customer_id, coalesce(d.due_date, d.date)
  ) d
),
overdues as (
  select d.customer_id, max(d.due_amount) - max(m.settled) as overdue, min(d.due) as due
  from dues d join money m on m.customer_id = d.customer_id
  where d.due_amount > m.settled
  group by d.customer_id
),
-- A firm whose payments are not read would look as if nobody ever paid.
payments_known as (
  select exists (select 1 from documents d, bounds b where d.kind = 'payment' and d.date <= b.cutoff) as known
),
acts as (
  select i.customer_id, i.interaction_type, i.direction, i.source, i.outcome as written, t.text,
    (i.interaction_date at time zone 'UTC')::date as day,
    -- A complaint that was settled is none any more; "unresolved" and "not resolved" are not settled.
    t.text ~ 'complain|unhappy|dissatisf|not satisfied|grievance|angry|disappointed'
      and (t.text !~ '\m(resolved|settled|solved)' or t.text ~ '(not|never|yet to be) (resolved|settled|solved)') as complaint,
    t.text ~ 'too (high|dear|much)|expensive|cheaper|competit|compar(ing|ed)|(better|lower) (price|offer)|(other|another) supplier'
      as price_objection,
    t.text ~ 'overdue|past due|arrears|promised to pay|unpaid|late payment|payment reminder|final (notice|demand)|dishonou?red'
      as reminder
  from build.customer_interactions i
  join chosen k on k.customer_id = i.customer_id
  left join stage.interactions s on s.key = i.interaction_key
  cross join lateral (
    -- Logs of e-mails have a subject where those of calls have an outcome; what somebody noted counts as well.
    select lower(concat_ws(' ', i.outcome, i.subject, s.content)) as text
  ) t
),
contacts as (
  select a.customer_id,
    min(a.day) as first_day,
    max(a.day) filter (where a.interaction_type in ('visit', 'call', 'email', 'meeting')) as contact_day,
    (count(*) filter (where a.interaction_type in ('visit', 'meeting') and a.day > b.cutoff - 90))::int as visits_90,
    (count(*) filter (where a.interaction_type = 'call' and a.day > b.cutoff - 90))::int as calls_90,
    (count(*) filter (where a.interaction_type = 'email' and a.day > b.cutoff - 90))::int as emails_90,
    (count(*) filter (where a.interaction_type in ('visit', 'call', 'email', 'meeting') and a.day > b.cutoff - 365))::int
      as contacts_365,
    (count(*) filter (where a.direction = 'in' and a.day > b.cutoff - 90))::int as inbound_90,
    max(a.day) filter (where a.complaint) as complaint_day,
    (count(*) filter (where a.complaint and a.day > b.cutoff - 180))::int as complaints_180,
    (count(*) filter (where a.price_objection and a.day > b.cutoff - 180))::int as price_objections_180,
    (count(*) filter (where a.reminder and a.day > b.cutoff - 180))::int
      as reminders_180,
    max(a.day) filter (where a.text ~ 'quot|estimate|pro.?forma') as quote_day,
    (count(*) filter (where a.text ~ 'interest|enquir|inquir|will order|will give'
      and a.text !~ 'not |no interest' and a.day > b.cutoff - 180))::int as interest_180,
    (count(*) filter (where a.interaction_type = 'campaign_response' and a.text ~ 'open' and a.day > b.cutoff - 180))::int
      as campaign_opens_180,
    (count(*) filter (where a.interaction_type = 'campaign_response' and a.text ~ 'click|repl|convert|donat'
      and a.day > b.cutoff - 180))::int as campaign_clicks_180,
    bool_or(a.text ~ 'unsub|opt.?out') as unsubscribed,
    (array_agg(a.written order by a.day desc, a.written) filter (where a.source = 'lead-list' and a.day > b.cutoff - 180))[1]
      as list_outcome,
    (count(*) filter (where a.interaction_type = 'social_post' and a.day > b.cutoff - 90))::int as posts_90
  from acts a, bounds b
  where a.day <= b.cutoff
  group by a.customer_id
),
-- What went wrong around the latest purchase and was not mended since: it says why somebody stopped, however long ago.
troubles as (
  select a.customer_id,
    (count(*) filter (where a.complaint))::int as complaints_since_last,
    (count(*) filter (where a.reminder))::int as reminders_since_last,
    (count(*) filter (where a.price_objection))::int
      as price_objections_since_last,
    (count(*) filter (where a.interaction_type in ('visit', 'call', 'email', 'meeting') and a.day > p.last_day))::int
      as contacts_since_last
  from acts a
  join purchases p on p.customer_id = a.customer_id
  cross join bounds b
  where a.day <= b.cutoff and a.day > p.turn_day
  group by a.customer_id
),
after as (
  select d.customer_id, coalesce(sum(d.home_amount), 0) as spend
  from documents d, bounds b
  where b.training and d.kind in ('invoice', 'sale', 'gift') and d.date > b.cutoff and d.date <= b.until
  group by d.customer_id
)
select
  g.customer_id,
  -- Context for people and for the list, never a feature.
  g.do_not_contact,
  g.phone is not null as has_phone,
  g.email is not null as has_email,
  g.phone is not null or g.email is not null or g.street_address is not null as has_contact,
  g.profile_completeness,
  greatest(p.last_day, c.contact_day)::text as last_activity,
  c.list_outcome,
  -- Who it is.
  g.entity_type,
  g.parish,
  g.industry,
  (b.cutoff - least(p.first_day, m.first_day, c.first_day, g.customer_since))::int as tenure_days,
  -- Rhythm.
  (b.cutoff - p.last_day)::int as recency_days,
  coalesce(p.frequency, 0) as frequency,
  p.spell_purchases,
  p.gap_mean::double precision as gap_mean,
  p.gap_sd::double precision as gap_sd,
  ((b.cutoff - p.last_day) - p.gap_mean)::double precision as days_late,
  case when p.gap_mean > 0 then ((b.cutoff - p.last_day) / p.gap_mean)::double precision end as lateness,
  coalesce(p.purchases_30, 0) as purchases_30,
  coalesce(p.purchases_90, 0) as purchases_90,
  coalesce(p.purchases_365, 0) as purchases_365,
  -- Money, home currency; documents without a rate are not in it.
  coalesce(p.spend_30, 0)::double precision as spend_30,
  coalesce(p.spend_90, 0)::double precision as spend_90,
  coalesce(p.spend_365, 0)::double precision as spend_365,
  coalesce(p.spend_total, 0)::double precision as spend_total,
  p.mean_spend::double precision as mean_spend,
  case when p.spend_365 > 0 then (p.spend_90 / p.spend_365 * 365 / 90)::double precision end as spend_trend,
  coalesce(m.credit_memos_365, 0) as credit_memos_365,
  case when p.spend_365 > 0 then least(1, m.credited_365 / p.spend_365)::double precision end as credit_share_365,
  case when k.known then coalesce(o.overdue, 0)::double precision end as overdue_balance,
  case when k.known then (b.cutoff - o.due)::int end as overdue_days,
  case when greatest(m.estimate_day, c.quote_day) >= coalesce(p.last_day, greatest(m.estimate_day, c.quote_day))
    then (b.cutoff - greatest(m.estimate_day, c.quote_day))::int end as quote_days,
  -- Contacts.
  (b.cutoff - c.contact_day)::int as contact_days,
  coalesce(c.visits_90, 0) as visits_90,
  coalesce(c.calls_90, 0) as calls_90,
  coalesce(c.emails_90, 0) as emails_90,
  coalesce(c.contacts_365, 0) as contacts_365,
  coalesce(c.inbound_90, 0) as inbound_90,
  coalesce(c.interest_180, 0) as interest_180,
  coalesce(c.price_objections_180, 0) as price_objections_180,
  coalesce(c.reminders_180, 0) as reminders_180,
  coalesce(c.complaints_180, 0) as complaints_180,
  case when c.complaint_day > b.cutoff - 365 or c.complaint_day > p.turn_day
    then (b.cutoff - c.complaint_day)::int end as complaint_days,
  case when p.last_day is not null then coalesce(w.complaints_since_last, 0) end as complaints_since_last,
  case when p.last_day is not null then coalesce(w.reminders_since_last, 0) end as reminders_since_last,
  case when p.last_day is not null then coalesce(w.price_objections_since_last, 0) end as price_objections_since_last,
  case when p.last_day is not null then coalesce(w.contacts_since_last, 0) end as contacts_since_last,
  coalesce(c.campaign_opens_180, 0) as campaign_opens_180,
  coalesce(c.campaign_clicks_180, 0) as campaign_clicks_180,
  coalesce(c.unsubscribed, false) as unsubscribed,
  coalesce(c.posts_90, 0) as posts_90,
  -- What is bought.
  t.top_category,
  t.top_category_share::double precision as top_category_share,
  coalesce(t.categories_365, 0) as categories_365,
  -- Labels: only days after the cut-off, up to and with the last day of the horizon.
  case when b.training then (a.customer_id is not null)::int end as label_purchased,
  case when b.training and p.last_day > b.cutoff - 365 then (a.customer_id is null)::int end as label_churned,
  case when b.training then coalesce(a.spend, 0)::double precision end as label_spend
from build.golden g
join chosen h on h.customer_id = g.customer_id
cross join bounds b
cross join payments_known k
left join purchases p on p.customer_id = g.customer_id
left join categories t on t.customer_id = g.customer_id
left join money m on m.customer_id = g.customer_id
left join overdues o on o.customer_id = g.customer_id
left join contacts c on c.customer_id = g.customer_id
left join troubles w on w.customer_id = g.customer_id
left join after a on a.customer_id = g.customer_id
where g.entity_type <> 'not_a_customer'
  and (not b.training or least(p.first_day, m.first_day, c.first_day, g.customer_since) <= b.cutoff)
order by g.customer_id
