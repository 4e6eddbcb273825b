-- Contacts and acts with their customer and campaign. A campaign is looked up in the same account, then anywhere.
with campaigns as (
  select source_id, source, account, min(key) as key, 1 as reach
    from stage.campaigns group by source_id, source, account having count(*) = 1
  union all
  select source_id, null, null, min(key), 2 from stage.campaigns group by source_id having count(*) = 1
)
insert into build.customer_interactions (
  interaction_key, customer_id, interaction_type, interaction_date, channel, direction, subject, outcome, sales_rep,
  campaign_key, likes, comments, source, account)
select i.key, coalesce(own.customer_id, r.customer_id), i.kind, i.at, i.channel, i.direction, i.subject, i.outcome, i.agent,
       coalesce(near.key, far.key), i.likes, i.comments, i.source, i.account
  from stage.interactions i
  left join build.crosswalk own on own.key = i.key
  left join build.customer_refs r
    on r.ref_hash = md5(i.customer_ref::text) and r.source = i.source and r.account = i.account
  left join campaigns near
    on near.reach = 1 and near.source_id = i.campaign_id and near.source = i.source and near.account = i.account
  left join campaigns far on far.reach = 2 and far.source_id = i.campaign_id
