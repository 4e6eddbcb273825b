/** $1 group, $2 member, $3 seconds. Registers the member with the connection it lives on. */
export const joinGroup = `
  insert into log.members (consumer_group, member, backend_pid, backend_start, expires_at)
  select $1, $2, a.pid, a.backend_start, clock_timestamp() + $3::int * interval '1 second'
  from pg_stat_activity a where a.pid = pg_backend_pid()
  on conflict (consumer_group, member) do update set expires_at = excluded.expires_at`;

/** $1 group, $2 member. */
export const leaveGroup = `delete from log.members where consumer_group = $1 and member = $2`;

/**
 * $1 group. A member is dead when its connection is gone (a killed process) or when it has not renewed (a hung one).
 * Its leases go with it.
 */
export const buryDeadMembers = `
  delete from log.members m
  where m.consumer_group = $1 and (
    m.expires_at < clock_timestamp()
    or not exists (
      select from pg_stat_activity a where a.pid = m.backend_pid and a.backend_start = m.backend_start))`;

/** $1 group. */
export const liveMembers = `select member from log.members where consumer_group = $1 order by member collate "C"`;

/** $1 group, $2 member, $3 topics, $4 partitions: gives back every lease that is not among these. */
export const releaseLeases = `
  delete from log.leases l
  where l.consumer_group = $1 and l.member = $2
    and (l.topic, l.partition) not in (select * from unnest($3::text[], $4::int[]))`;

/** $1 group, $2 member, $3 topics, $4 partitions: takes those that nobody holds. */
export const takeLeases = `
  insert into log.leases (consumer_group, topic, partition, member)
  select $1, w.topic, w.partition, $2 from unnest($3::text[], $4::int[]) as w (topic, partition)
  on conflict (consumer_group, topic, partition) do nothing`;

/** $1 group, $2 member. */
export const heldLeases = `select topic, partition from log.leases where consumer_group = $1 and member = $2`;
