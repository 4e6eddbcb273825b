-- Every customer stands on at least one source record and on an active id of the ledger.
select count(*) = 0 as passed,
       case when count(*) = 0 then 'every customer has a record and an active id'
            else format('%s customers have no record or no active id, the first is %s', count(*), min(c.customer_id)) end as detail,
       count(*) as measured
  from build.customers c
 where not exists (select 1 from build.crosswalk x where x.customer_id = c.customer_id)
    or not exists (select 1 from build.customer_ids i where i.customer_id = c.customer_id and i.status = 'active')
