-- What the marts need while they are built: names in a comparable form, references to customers, exchange rates.

create function build.name_key(name text) returns text
language sql immutable parallel safe
return btrim(regexp_replace(
  regexp_replace(
    regexp_replace(normalize(lower(normalize(name, nfkd)), nfkd), U&'[\0300-\036f''\2018\2019.]', '', 'g'),
    '&', ' and ', 'g'),
  U&'[[:space:][:punct:]\2013\2014\00a0]+', ' ', 'g'));
comment on function build.name_key(text) is 'A name without case, accents and punctuation, to be compared.';

create unlogged table build.customer_refs (
  ref_hash text not null,
  source text not null,
  account text not null,
  ref jsonb not null,
  customer_id text,
  matched_by text
);
comment on table build.customer_refs is 'What documents say of their customers, and whom it means.';

create unlogged table build.rates (
  currency text not null,
  date date not null,
  rate numeric(18, 8) not null,
  primary key (currency, date)
);
comment on table build.rates is 'Dated exchange rates: home currency for one unit.';

-- Two customers may exchange anchors in one publication.
alter table identity.customer_ids drop constraint customer_ids_anchor_key_key;
alter table identity.customer_ids
  add constraint customer_ids_anchor_key_key unique (anchor_key) deferrable initially deferred;

-- What became of the records of each read. The connector's own count stands for attempts that ended; for one that was cut
-- off, and could not count, what arrived. Deletes are part of it.
create view ops.run_balance as
  with arrived as (
    select run_id, source, account, stream, attempt, sum(records) as records,
           coalesce(sum(records) filter (where outcome = 'loaded'), 0) as loaded,
           coalesce(sum(records) filter (where outcome = 'unchanged'), 0) as unchanged,
           coalesce(sum(records) filter (where outcome = 'quarantined'), 0) as quarantined,
           coalesce(sum(records) filter (where outcome = 'filtered'), 0) as filtered
      from ops.stream_outcomes group by run_id, source, account, stream, attempt
  )
  select run_id, source, account, stream,
         sum(case when t.outcome is null then coalesce(a.records, 0) else t.read end)::bigint as read,
         sum(coalesce(a.loaded, 0))::bigint as loaded, sum(coalesce(a.unchanged, 0))::bigint as unchanged,
         sum(coalesce(a.quarantined, 0))::bigint as quarantined, sum(coalesce(a.filtered, 0))::bigint as filtered
    from ops.stream_reads t full join arrived a using (run_id, source, account, stream, attempt)
   group by run_id, source, account, stream;
comment on view ops.run_balance is 'The sums that ops.source_balance keeps, as they stand now.';

create view ops.latest_publication as
  select r.run_id, r.finished_at, r.data_as_of, r.content_hash, r.rows_changed
  from ops.runs r
  where r.content_hash is not null
  order by r.started_at desc, r.run_id desc
  limit 1;
comment on view ops.latest_publication is 'The run whose data are up.';
comment on column ops.latest_publication.run_id is 'Run.';
comment on column ops.latest_publication.finished_at is 'When it ended.';
comment on column ops.latest_publication.data_as_of is 'Latest day whose data it knows.';
comment on column ops.latest_publication.content_hash is 'Hash of the published content.';
comment on column ops.latest_publication.rows_changed is 'Rows that it inserted, updated or deleted in published tables.';

comment on column ops.freshness.source is 'Connector.';
comment on column ops.freshness.account is 'Account inside the source.';
comment on column ops.freshness.stream is 'Stream inside the account.';
comment on column ops.freshness.last_success_at is 'When the stream was last read whole.';
comment on column ops.freshness.last_run_id is 'Run that read it.';
comment on column ops.freshness.live_records is 'Records of the stream that exist now.';

comment on column ops.source_balance.run_id is 'Run.';
comment on column ops.source_balance.source is 'Connector.';
comment on column ops.source_balance.account is 'Account inside the source.';
comment on column ops.source_balance.stream is 'Stream inside the account.';
comment on column ops.source_balance.read is 'Records that the connector says it read, deletes included.';
comment on column ops.source_balance.loaded is 'Records that changed something.';
comment on column ops.source_balance.unchanged is 'Records that were known already with the same content.';
comment on column ops.source_balance.quarantined is 'Records that wait for mending.';
comment on column ops.source_balance.filtered is 'Records left out on purpose.';

comment on column ops.runs.run_id is 'Run.';
comment on column ops.runs.kind is 'nightly, sync or another job.';
comment on column ops.runs.status is 'running, published, published_partial or failed.';
comment on column ops.runs.started_at is 'When it began.';
comment on column ops.runs.finished_at is 'When it ended; null while it runs.';
comment on column ops.runs.data_as_of is 'Latest day whose data it knows.';
comment on column ops.runs.content_hash is 'Hash of the content that was up when it ended.';
comment on column ops.runs.rows_changed is 'Rows that it changed in published tables.';
comment on column ops.runs.error_code is 'Code of the error that ended it.';
comment on column ops.runs.error_message is 'What went wrong.';
comment on column ops.runs.error_hint is 'What to do about it.';
comment on column ops.runs.summary is 'Facts for programs.';

comment on column ops.audit_results.run_id is 'Run.';
comment on column ops.audit_results.audit is 'Name of the audit.';
comment on column ops.audit_results.severity is 'error stops publication; warning does not.';
comment on column ops.audit_results.passed is 'True when it held.';
comment on column ops.audit_results.detail is 'What was found.';
comment on column ops.audit_results.measured is 'The figure that was judged.';

comment on column ops.publications.run_id is 'Run.';
comment on column ops.publications.table_name is 'Published table.';
comment on column ops.publications.rows is 'Rows after publication.';
comment on column ops.publications.inserted is 'Rows added.';
comment on column ops.publications.updated is 'Rows changed.';
comment on column ops.publications.deleted is 'Rows removed.';
comment on column ops.publications.content_hash is 'Hash of the table without run facts.';

comment on column identity.customer_ids.customer_id is 'Customer id.';
comment on column identity.customer_ids.status is 'active or retired.';
comment on column identity.customer_ids.redirect_to is 'Id that took over from a retired one.';
comment on column identity.customer_ids.minted_run_id is 'Run that minted it.';
comment on column identity.customer_ids.minted_as_of is 'Latest day of the data when it was minted.';

-- Candidates take the defaults of the published table, too.
alter table build.review_tasks alter column value_at_stake set default 0;
alter table build.review_tasks alter column status set default 'open';
