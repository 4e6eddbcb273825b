-- A published table that had rows must not become empty.
select coalesce(bool_and(now > 0 or before = 0), true) as passed,
       coalesce(string_agg(format('%s would go from %s rows to none', name, before), '; ' order by name)
                  filter (where now = 0 and before > 0), 'no table becomes empty') as detail,
       count(*) filter (where now = 0 and before > 0) as measured
  from (values
    ('customers', (select count(*) from build.customers), (select count(*) from customer_360.customers)),
    ('transactions', (select count(*) from build.transactions), (select count(*) from customer_360.transactions)),
    ('customer_interactions', (select count(*) from build.customer_interactions),
                              (select count(*) from customer_360.customer_interactions)),
    ('social_media_profiles', (select count(*) from build.social_media_profiles),
                              (select count(*) from customer_360.social_media_profiles)),
    ('marketing_campaigns', (select count(*) from build.marketing_campaigns),
                            (select count(*) from customer_360.marketing_campaigns)),
    ('crosswalk', (select count(*) from build.crosswalk), (select count(*) from identity.crosswalk))
  ) v (name, now, before)
