-- read = loaded + unchanged + quarantined + filtered, for each stream of the run ($1).
select count(*) = 0 as passed,
       coalesce(string_agg(format('%s/%s/%s: read %s, accounted for %s', source, account, stream, read, accounted), '; '
                           order by source, account, stream), 'every record read is accounted for') as detail,
       coalesce(sum(abs(read - accounted)), 0) as measured
  from (select source, account, stream, read, loaded + unchanged + quarantined + filtered as accounted
          from ops.source_balance where run_id = $1) b
 where read <> accounted
