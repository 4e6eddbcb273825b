/** $1 topics, $2 partitions of each. Makes topics that do not exist yet. */
export const createTopics = `
  insert into log.topics (topic, partitions)
  select topic, $2 from unnest($1::text[]) as t (topic)
  on conflict (topic) do nothing`;

/** $1 topics. Gives every topic its partitions; those that exist stay. */
export const createPartitions = `
  insert into log.partitions (topic, partition)
  select t.topic, p.partition
  from log.topics t cross join lateral generate_series(0, t.partitions - 1) as p (partition)
  where t.topic = any ($1::text[])
  order by t.topic, p.partition
  on conflict (topic, partition) do nothing`;

/** $1 topics. */
export const topicSizes = `select topic, partitions from log.topics where topic = any ($1::text[])`;

/** All topics. */
export const allTopics = `select topic, partitions from log.topics`;

/**
 * $1 topics, $2 partitions, $3 counts. Takes the row locks in one order everywhere, so that appenders wait for each
 * other and never deadlock; the locks are held until commit, so a reader never sees a gap.
 */
export const takeOffsets = `
  with locked as materialized (
    select p.topic, p.partition, w.messages
    from log.partitions p
    join unnest($1::text[], $2::int[], $3::int[]) as w (topic, partition, messages) using (topic, partition)
    order by p.topic, p.partition
    for update of p
  )
  update log.partitions p
  set next_offset = p.next_offset + locked.messages
  from locked
  where p.topic = locked.topic and p.partition = locked.partition
  returning p.topic, p.partition, p.next_offset - locked.messages as first_offset`;

/** $1 topic, $2 partition, $3 first offset, $4 offset to stop before (null: none), $5 limit. */
export const readMessages = `
  select message_offset, key, value, headers, (extract(epoch from at) * 1000)::bigint as at
  from log.messages
  where topic = $1 and partition = $2 and message_offset >= $3 and ($4::bigint is null or message_offset < $4)
  order by message_offset
  limit $5`;

/** $1 topics. */
export const partitionOffsets = `
  select topic, partition, low_offset, next_offset
  from log.partitions where topic = any ($1::text[])
  order by topic, partition`;

/** $1 topic, $2 time. The new low offset is that of the first message that stays. */
export const raiseLowOffsets = `
  with locked as materialized (
    select partition, low_offset, next_offset from log.partitions where topic = $1 order by partition for update
  ), kept as (
    select l.partition, coalesce(
      (select min(m.message_offset) from log.messages m
        where m.topic = $1 and m.partition = l.partition and m.at >= $2), l.next_offset) as low_offset
    from locked l
  )
  update log.partitions p set low_offset = greatest(p.low_offset, kept.low_offset)
  from kept where p.topic = $1 and p.partition = kept.partition`;

/** $1 topic. */
export const deleteBelowLow = `
  delete from log.messages m using log.partitions p
  where m.topic = $1 and p.topic = m.topic and p.partition = m.partition and m.message_offset < p.low_offset`;
