-- Campaigns with their figures and the responses of known customers.
insert into build.marketing_campaigns (
  campaign_key, campaign_name, channel, start_date, end_date, currency, budget, spend, impressions, clicks, conversions,
  cost_per_acquisition, responses)
select c.key, c.name, c.channel, c.start_date, c.end_date, c.currency, c.budget, c.spend, c.impressions, c.clicks,
       c.conversions, round(c.spend / nullif(c.conversions, 0), 2), coalesce(a.responses, 0)
  from stage.campaigns c
  left join (
    select campaign_key, count(*)::int as responses
      from build.customer_interactions
     where campaign_key is not null and customer_id is not null
     group by campaign_key
  ) a on a.campaign_key = c.key
