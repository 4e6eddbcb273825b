/** $1 keys. Hash of the newest version of each key that has landed. */
export const latestHashes = `
  select k.key, newest.hash
  from unnest($1::text[]) as k (key)
  cross join lateral (select r.hash from raw.records r where r.key = k.key order by r.id desc limit 1) newest`;
