-- Most documents should name a customer who is known.
select count(*) = 0 or avg((customer_id is null)::int) <= 0.2 as passed,
       format('%s of %s documents name nobody who is known', count(*) filter (where customer_id is null), count(*)) as detail,
       count(*) filter (where customer_id is null) as measured
  from build.transactions
