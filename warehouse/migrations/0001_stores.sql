-- The stores of the house: raw landing, staged records, identity, published customer 360, operations, governance.
create schema if not exists raw;
create schema if not exists stage;
create schema if not exists identity;
create schema if not exists customer_360;
create schema if not exists ops;
create schema if not exists gov;
create schema if not exists log;

comment on schema raw is 'Append-only landing: every version of every source object, as it came.';
comment on schema stage is 'Cleansed and standardised records, one row for each living source record.';
comment on schema identity is 'Who is whom: clusters, ids and their history, decisions, questions.';
comment on schema customer_360 is 'Published tables: what analysts and sales read. Changed only by a run that passed its audits.';
comment on schema ops is 'Runs, balances, freshness, quarantine, alerts, model registry.';
comment on schema gov is 'Audit trail, consent, retention, erasure.';
comment on schema log is 'The embedded event log.';

-- ---------------------------------------------------------------- ops: runs
create table ops.runs (
  run_id text primary key,
  kind text not null,
  status text not null check (status in ('running', 'synced', 'published', 'published_partial', 'failed')),
  started_at timestamptz not null,
  finished_at timestamptz,
  data_as_of date,
  content_hash text,
  rows_changed bigint,
  error_code text,
  error_message text,
  error_hint text,
  summary jsonb not null default '{}'
);
comment on table ops.runs is 'One row for each nightly run.';

create table ops.run_steps (
  run_id text not null references ops.runs,
  step text not null,
  position int not null,
  status text not null check (status in ('running', 'done', 'failed')),
  started_at timestamptz not null,
  finished_at timestamptz,
  detail jsonb not null default '{}',
  primary key (run_id, step)
);
comment on table ops.run_steps is 'Steps of a run, in order; a resumed run goes on after the last one that is done.';

-- One row for each attempt to read one stream.
create table ops.stream_reads (
  run_id text not null references ops.runs,
  source_name text not null,
  source text not null,
  account text not null,
  stream text not null,
  title text not null default '',
  attempt text not null,
  outcome text check (outcome in ('complete', 'empty_confirmed', 'partial', 'failed')),
  snapshot boolean not null default false,
  read bigint not null default 0,
  deletes bigint not null default 0,
  requests bigint not null default 0,
  vendor_totals jsonb,
  error_class text,
  error_code text,
  error_message text,
  error_hint text,
  started_at timestamptz not null,
  finished_at timestamptz,
  primary key (run_id, source, account, stream, attempt)
);
comment on table ops.stream_reads is 'What each connector says that it read; checked against what the pipeline received.';

create table ops.stream_outcomes (
  run_id text not null,
  source text not null,
  account text not null,
  stream text not null,
  attempt text not null,
  outcome text not null check (outcome in ('loaded', 'unchanged', 'quarantined', 'filtered')),
  reason text not null default '',
  records bigint not null,
  primary key (run_id, source, account, stream, attempt, outcome, reason)
);
comment on table ops.stream_outcomes is 'What became of the records of each read, counted by the cleanse stage in the transaction of its effects.';

create table ops.source_balance (
  run_id text not null references ops.runs,
  source text not null,
  account text not null,
  stream text not null,
  read bigint not null,
  loaded bigint not null,
  unchanged bigint not null,
  quarantined bigint not null,
  filtered bigint not null,
  primary key (run_id, source, account, stream)
);
comment on table ops.source_balance is 'read = loaded + unchanged + quarantined + filtered, for each source, stream and run. A run whose sums do not hold is not published.';

create table ops.notices (
  id bigint generated always as identity primary key,
  run_id text not null,
  source text not null,
  account text not null,
  stream text not null,
  code text not null,
  severity text not null,
  subject text not null default '',
  message text not null,
  at timestamptz not null,
  unique (run_id, source, account, stream, code, subject)
);
comment on table ops.notices is 'Things worth knowing about a stream that stopped nothing: moved columns, vanished pages, held-back deletes.';

create table ops.stream_state (
  source text not null,
  account text not null,
  stream text not null,
  state jsonb not null,
  columns jsonb not null default '[]',
  live_records bigint not null default 0,
  last_success_at timestamptz,
  last_run_id text,
  updated_at timestamptz not null,
  primary key (source, account, stream)
);
comment on table ops.stream_state is 'Checkpoint of each stream; written only after the log acknowledged every record before it.';

create table ops.consumer_offsets (
  consumer_group text not null,
  topic text not null,
  partition int not null,
  next_offset bigint not null,
  epoch bigint not null,
  owner text not null,
  updated_at timestamptz not null,
  primary key (consumer_group, topic, partition)
);
comment on table ops.consumer_offsets is 'Offsets of both event logs, written in the transaction of the effects; the epoch fences a stale owner.';

create table ops.quarantine (
  id bigint generated always as identity primary key,
  key text not null,
  source text not null,
  account text not null,
  stream text not null,
  source_id text not null,
  run_id text not null,
  reason text not null,
  detail text not null,
  field text,
  file text,
  sheet text,
  row_number int,
  raw jsonb,
  raw_hash text not null,
  record jsonb not null,
  status text not null default 'open' check (status in ('open', 'resolved', 'retried')),
  first_seen_at timestamptz not null,
  resolved_at timestamptz,
  unique (key, raw_hash)
);
create index on ops.quarantine (status, source, stream);
comment on table ops.quarantine is 'Records that wait for mending, whole, with the reason. Nothing is dropped.';

create table ops.filtered (
  key text not null,
  source text not null,
  account text not null,
  stream text not null,
  run_id text not null,
  reason text not null,
  file text,
  sheet text,
  row_number int,
  raw_hash text not null,
  primary key (key, raw_hash)
);
comment on table ops.filtered is 'Records left out on purpose, with the reason.';

create table ops.dead_letters (
  id bigint generated always as identity primary key,
  stage text not null,
  topic text not null,
  partition int not null,
  message_offset bigint not null,
  key text not null,
  error text not null,
  at timestamptz not null,
  unique (stage, topic, partition, message_offset)
);
comment on table ops.dead_letters is 'Messages that a stage could not handle at all; the message itself is on the topic dead-letter.<stage>.';

create table ops.audit_results (
  run_id text not null references ops.runs,
  audit text not null,
  severity text not null check (severity in ('error', 'warning')),
  passed boolean not null,
  detail text not null default '',
  measured numeric,
  primary key (run_id, audit)
);
comment on table ops.audit_results is 'Checks made on the candidate tables before they were published.';

create table ops.alerts (
  id bigint generated always as identity primary key,
  run_id text,
  severity text not null,
  code text not null,
  subject text not null default '',
  message text not null,
  hint text not null default '',
  at timestamptz not null,
  resolved_at timestamptz
);
comment on table ops.alerts is 'What the operator should hear about; empty when all is well.';

create table ops.publications (
  run_id text not null references ops.runs,
  table_name text not null,
  rows bigint not null,
  inserted bigint not null,
  updated bigint not null,
  deleted bigint not null,
  content_hash text not null,
  primary key (run_id, table_name)
);
comment on table ops.publications is 'What each published run changed, table by table, with the hash of the content.';

create table ops.model_versions (
  version text primary key,
  model text not null,
  kind text not null,
  alias text not null default '' check (alias in ('', 'champion', 'challenger', 'previous')),
  trained_run_id text,
  data_as_of date not null,
  data_hash text not null,
  features jsonb not null,
  parameters jsonb not null,
  artefact bytea,
  seed bigint not null,
  backend text not null,
  created_at timestamptz not null
);
comment on table ops.model_versions is 'Every model or rule that ever scored, with what it was made from.';
create table ops.model_metrics (
  version text not null references ops.model_versions,
  metric text not null,
  segment text not null default '',
  value double precision not null,
  primary key (version, metric, segment)
);
comment on table ops.model_metrics is 'Measured quality of each model version on rows that it was not trained on.';

create table ops.settings (
  name text primary key,
  value jsonb not null,
  updated_at timestamptz not null
);
comment on table ops.settings is 'Facts that the warehouse keeps for itself (linkage settings, mapping hashes).';

-- ---------------------------------------------------------------- raw
create table raw.records (
  id bigint generated always as identity primary key,
  key text not null,
  source text not null,
  account text not null,
  stream text not null,
  source_id text not null,
  op text not null check (op in ('upsert', 'delete')),
  source_cursor text,
  version text not null,
  observed_at timestamptz not null,
  hash text not null,
  raw jsonb,
  provenance jsonb not null,
  run_id text not null,
  landed_at timestamptz not null
);
create index on raw.records (key, id desc);
create index on raw.records (source, account, stream);
comment on table raw.records is 'Every version of every source object, as it came; a version equal to the one before it is not written again.';

-- ---------------------------------------------------------------- stage
create table stage.record_state (
  key text primary key,
  source text not null,
  account text not null,
  stream text not null,
  raw_hash text not null,
  mapping_hash text not null,
  version text not null,
  outcome text not null check (outcome in ('loaded', 'quarantined', 'filtered', 'deleted')),
  kinds text[] not null default '{}',
  updated_run_id text not null
);
create index on stage.record_state (source, account, stream) include (outcome);
comment on table stage.record_state is 'What the cleanse stage last made of each source record.';

create table stage.customers (
  key text primary key,
  source text not null,
  account text not null,
  stream text not null,
  source_id text not null,
  file text,
  observed_at timestamptz not null,
  raw_hash text not null,
  entity_type text not null,
  entity_type_probability double precision not null,
  display_name text not null,
  given_name text, middle_name text, family_name text, org_name text, trading_as text,
  emails text[] not null, phones text[] not null,
  street text, unit text, locality text, region text, region_code text, postcode text, country text,
  website text, handles text[] not null, tax_id text, birth_date date,
  occupation text, category text, notes text,
  parent_key text, is_job boolean not null, active boolean not null, do_not_contact boolean not null,
  since date, account_number text, latitude double precision, longitude double precision
);
comment on table stage.customers is 'One person or organisation as one source knows it, cleansed.';

create table stage.transactions (
  key text primary key,
  source text not null, account text not null, stream text not null, source_id text not null, file text,
  observed_at timestamptz not null, raw_hash text not null,
  kind text not null, number text, date date not null, due_date date,
  currency text not null, amount numeric(18, 2) not null, balance numeric(18, 2), exchange_rate numeric(18, 8),
  customer_ref jsonb not null, category text, payment_method text, description text,
  voided boolean not null, quantity numeric
);
comment on table stage.transactions is 'Money documents, cleansed; amounts are positive and the kind says the direction.';

create table stage.interactions (
  key text primary key,
  source text not null, account text not null, stream text not null, source_id text not null, file text,
  observed_at timestamptz not null, raw_hash text not null,
  kind text not null, at timestamptz not null, channel text, direction text, subject text, content text,
  outcome text, agent text, customer_ref jsonb not null, campaign_id text, likes int, comments int
);
comment on table stage.interactions is 'Contacts and acts, cleansed.';

create table stage.campaigns (
  key text primary key,
  source text not null, account text not null, stream text not null, source_id text not null, file text,
  observed_at timestamptz not null, raw_hash text not null,
  name text not null, channel text, start_date date, end_date date, currency text,
  budget numeric(18, 2), spend numeric(18, 2), impressions bigint, clicks bigint, conversions bigint
);
comment on table stage.campaigns is 'Campaign figures, cleansed.';

create table stage.social_profiles (
  key text primary key,
  source text not null, account text not null, stream text not null, source_id text not null, file text,
  observed_at timestamptz not null, raw_hash text not null,
  platform text not null, username text not null, platform_user_id text, name text, biography text, website text,
  followers bigint, following bigint, posts bigint, customer_ref jsonb not null
);
comment on table stage.social_profiles is 'Social profiles, cleansed; a hidden figure is null, never zero.';

create table stage.items (
  key text primary key,
  source text not null, account text not null, stream text not null, source_id text not null, file text,
  observed_at timestamptz not null, raw_hash text not null,
  name text not null, sku text, category text, unit_price numeric(18, 2), currency text, active boolean not null
);
comment on table stage.items is 'Products and services, cleansed.';

-- ---------------------------------------------------------------- identity
create table identity.customer_ids (
  customer_id text primary key,
  anchor_key text not null unique,
  status text not null check (status in ('active', 'retired')),
  redirect_to text,
  minted_run_id text not null,
  minted_as_of date
);
comment on table identity.customer_ids is 'Ledger of customer ids. An id belongs to its anchor record for ever; a retired id names the one that took over.';
comment on column identity.customer_ids.anchor_key is 'The source record that the id was minted from: the smallest key of its cluster at first publication.';

create table identity.customer_id_events (
  id bigint generated always as identity primary key,
  run_id text not null,
  customer_id text not null,
  event text not null check (event in ('minted', 'retired', 'revived', 'moved', 'anchor_moved')),
  other_id text,
  cause text not null default '',
  at timestamptz not null
);
comment on table identity.customer_id_events is 'Every change to the ledger, with its cause.';

create table identity.crosswalk (
  source text not null,
  account text not null,
  stream text not null,
  source_id text not null,
  file text,
  customer_id text not null,
  key text not null unique,
  primary key (source, account, stream, source_id)
);
create index on identity.crosswalk (customer_id);
comment on table identity.crosswalk is 'Which customer each living source record belongs to.';
comment on column identity.crosswalk.source is 'Connector: quickbooks, google-sheets, excel, directory, social, campaigns.';
comment on column identity.crosswalk.account is 'Account inside the source: company file, spreadsheet, drop folder, host.';
comment on column identity.crosswalk.stream is 'Stream inside the account.';
comment on column identity.crosswalk.source_id is 'Id of the record in its source.';
comment on column identity.crosswalk.file is 'File that the record last came from, where it came from a file.';
comment on column identity.crosswalk.customer_id is 'Customer that the record belongs to.';
comment on column identity.crosswalk.key is 'The four parts in one: source:account:stream:id.';

create table identity.clusters (
  key text primary key,
  cluster_anchor text not null,
  confidence double precision not null,
  entity_type text not null
);
create index on identity.clusters (cluster_anchor);
comment on table identity.clusters is 'The partition of the last resolve step, by record.';

create table identity.pairs (
  left_key text not null,
  right_key text not null,
  match_weight double precision not null,
  match_probability double precision not null,
  decision text not null check (decision in ('link', 'possible_link', 'non_link')),
  evidence jsonb not null,
  primary key (left_key, right_key)
);
comment on table identity.pairs is 'Links and possible links of the last resolve step with their evidence.';

create table identity.review_tasks (
  task_id text primary key,
  left_key text not null,
  right_key text not null,
  kind text not null check (kind in ('join', 'split')),
  probability double precision not null,
  gain double precision not null,
  value_at_stake numeric(18, 2) not null default 0,
  reason text not null,
  evidence jsonb not null,
  status text not null default 'open' check (status in ('open', 'answered', 'skipped', 'obsolete')),
  created_run_id text not null
);
create index on identity.review_tasks (status);
create index on identity.review_tasks (gain desc, task_id) where status = 'open';
comment on table identity.review_tasks is 'Questions for a steward, ordered by what the answer is worth.';

create table identity.steward_decisions (
  id bigint generated always as identity primary key,
  task_id text,
  left_key text not null,
  right_key text not null,
  decision text not null check (decision in ('must_link', 'cannot_link')),
  steward text not null,
  note text not null default '',
  decided_at timestamptz not null,
  undone_at timestamptz,
  undone_by text
);
create index on identity.steward_decisions (left_key);
create index on identity.steward_decisions (right_key);
comment on table identity.steward_decisions is 'Answers of stewards. They bind every later run until they are undone; nothing is ever erased here.';

-- ---------------------------------------------------------------- gov
create table gov.audit (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  actor text not null,
  action text not null,
  subject text not null,
  detail jsonb not null default '{}'
);
comment on table gov.audit is 'Who did what: decisions, exports, overrides.';

-- ---------------------------------------------------------------- log (embedded adapter)
create table log.topics (
  topic text primary key,
  partitions int not null
);
create table log.messages (
  topic text not null,
  partition int not null,
  message_offset bigint not null,
  key text not null,
  value jsonb,
  headers jsonb not null,
  at timestamptz not null,
  primary key (topic, partition, message_offset)
);
create table log.partitions (
  topic text not null references log.topics,
  partition int not null,
  next_offset bigint not null default 0,
  low_offset bigint not null default 0,
  primary key (topic, partition)
);
