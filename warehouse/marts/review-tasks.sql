-- What hangs on a question: sales (home currency) that stand with the wrong customer while it is open. Joining two
-- customers would move the lesser one's; splitting one would move at most all it bought.
update build.review_tasks q
   set value_at_stake = s.value
  from (select t.task_id,
               round(case when lc.customer_id = rc.customer_id then greatest(lc.total_sales, 0)
                          else greatest(0, least(lc.total_sales, rc.total_sales)) end, 2) as value
          from build.review_tasks t
          join build.crosswalk l on l.key = t.left_key
          join build.crosswalk r on r.key = t.right_key
          join build.customers lc on lc.customer_id = l.customer_id
          join build.customers rc on rc.customer_id = r.customer_id) s
 where s.task_id = q.task_id and q.value_at_stake is distinct from s.value
