/** $1 group, $2 topics, $3 partitions, $4 owner, $5 time. Takes partitions over: from now on older owners are fenced. */
export const claimPartitions = `
  insert into ops.consumer_offsets (consumer_group, topic, partition, next_offset, epoch, owner, updated_at)
  select $1, w.topic, w.partition, 0, 1, $4, $5
  from unnest($2::text[], $3::int[]) as w (topic, partition)
  order by w.topic, w.partition
  on conflict (consumer_group, topic, partition) do update
  set epoch = ops.consumer_offsets.epoch + 1, owner = excluded.owner, updated_at = excluded.updated_at
  returning topic, partition, next_offset, epoch`;

/** $1 group, $2 topic, $3 partition. Holds the row until the effects are committed: a new owner waits for them. */
export const lockOffset = `
  select next_offset, epoch from ops.consumer_offsets
  where consumer_group = $1 and topic = $2 and partition = $3
  for update`;

/** $1 group, $2 topic, $3 partition, $4 next offset, $5 epoch, $6 time. */
export const saveOffset = `
  update ops.consumer_offsets set next_offset = $4, updated_at = $6
  where consumer_group = $1 and topic = $2 and partition = $3 and epoch = $5`;

/** $1 group, $2 topics. */
export const storedOffsets = `
  select topic, partition, next_offset from ops.consumer_offsets
  where consumer_group = $1 and topic = any ($2::text[])`;

/** $1 group, $2 topic, $3 partition, $4 offset to go back to, $5 time. */
export const resetOffset = `
  update ops.consumer_offsets set next_offset = $4, epoch = epoch + 1, updated_at = $5
  where consumer_group = $1 and topic = $2 and partition = $3`;

/** $1 stage, $2 topic, $3 partition, $4 offset, $5 key, $6 error, $7 time. */
export const recordDeadLetter = `
  insert into ops.dead_letters (stage, topic, partition, message_offset, key, error, at)
  values ($1, $2, $3, $4, $5, $6, $7)
  on conflict (stage, topic, partition, message_offset) do nothing`;
