-- What people wrote into lists that came back counts as contact with the customer, on the day of the list; a retired id
-- means the one that took over.
insert into build.customer_interactions (
  interaction_key, customer_id, interaction_type, interaction_date, channel, direction, subject, outcome, sales_rep,
  campaign_key, likes, comments, source, account)
select 'lead-list:' || o.outcome_key, c.customer_id, 'call',
       coalesce(o.listed_as_of, (o.imported_at at time zone 'UTC')::date)::timestamp at time zone 'UTC',
       'lead list', 'out', o.notes, o.outcome, null, null, null, null, 'lead-list', ''
  from ops.lead_outcomes o
  left join build.customer_ids l on l.customer_id = o.customer_id and l.status = 'retired'
  join build.golden c on c.customer_id = coalesce(l.redirect_to, o.customer_id)
