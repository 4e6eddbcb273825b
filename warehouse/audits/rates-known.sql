-- Documents in a foreign currency without a rate are kept but stand outside every sum.
select count(*) filter (where home_amount is null) = 0 as passed,
       format('%s documents have no exchange rate', count(*) filter (where home_amount is null)) as detail,
       count(*) filter (where home_amount is null) as measured
  from build.transactions
