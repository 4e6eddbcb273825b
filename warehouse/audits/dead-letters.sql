-- A message that no stage could handle is kept, and somebody has to hear of it.
select count(*) = 0 as passed,
       case when count(*) = 0 then 'every message was handled'
            else format('%s messages could not be handled and wait: c360 dead-letters list', count(*)) end as detail,
       count(*) as measured
  from ops.dead_letters
