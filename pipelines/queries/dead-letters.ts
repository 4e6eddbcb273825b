/** Every message that waits, oldest first. */
export const deadLetters = `
  select id, stage, topic, partition, message_offset as "offset", key, error, at
  from ops.dead_letters
  order by id`;

/** $1 ids. */
export const forgetDeadLetters = `
  delete from ops.dead_letters where id = any ($1::bigint[])`;
