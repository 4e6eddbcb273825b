-- The embedded event log keeps the text of each value as it was appended (jsonb would refuse U+0000 and sort the keys).
alter table log.messages alter column value type json using value::json;
alter table log.messages alter column headers type json using headers::json;

-- Members of consumer groups and the partitions that each one holds. Facts of the moment only: unlogged.
create unlogged table log.members (
  consumer_group text not null,
  member text not null,
  backend_pid int not null,
  backend_start timestamptz not null,
  expires_at timestamptz not null,
  primary key (consumer_group, member)
);
comment on table log.members is 'Consumers at work. A member whose connection is gone, or that has not renewed in time, is dead.';
create unlogged table log.leases (
  consumer_group text not null,
  topic text not null,
  partition int not null,
  member text not null,
  primary key (consumer_group, topic, partition),
  foreign key (consumer_group, member) references log.members on delete cascade
);
create index on log.leases (consumer_group, member);
comment on table log.leases is 'Which member of a group reads which partition.';

-- A record that a person mended flows on in place of the bad one whenever the source sends the bad one again.
alter table ops.quarantine add column mended jsonb;
comment on column ops.quarantine.mended is 'The mended record that takes the place of this one; null when it was not mended by hand.';
