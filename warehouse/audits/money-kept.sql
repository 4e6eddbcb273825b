-- Every staged document is among the candidates with its amount: sums by kind and currency are equal to the cent.
with staged as (
  select kind, currency, sum(case when voided then 0 else amount end) as amount, count(*) as documents
    from stage.transactions group by kind, currency
),
built as (
  select kind, currency, sum(amount) as amount, count(*) as documents from build.transactions group by kind, currency
),
differing as (
  select kind, currency, s.amount as staged, b.amount as built
    from staged s full join built b using (kind, currency)
   where (s.amount, s.documents) is distinct from (b.amount, b.documents)
)
select count(*) = 0 as passed,
       coalesce(string_agg(format('%s %s: %s staged, %s built', kind, currency, staged, built), '; ' order by kind, currency),
                'every sum is kept') as detail,
       coalesce(sum(abs(coalesce(staged, 0) - coalesce(built, 0))), 0) as measured
  from differing
