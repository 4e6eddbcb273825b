-- Candidate tables: a run builds them, audits read them, and one transaction carries the difference into the published
-- tables. They hold nothing that cannot be built again.
create schema if not exists build;
comment on schema build is 'Candidates of the run at work; not for reading.';

create unlogged table build.customers (like customer_360.customers);
create unlogged table build.customer_fields (like customer_360.customer_fields);
create unlogged table build.contact_points (like customer_360.contact_points);
create unlogged table build.transactions (like customer_360.transactions);
create unlogged table build.customer_interactions (like customer_360.customer_interactions);
create unlogged table build.social_media_profiles (like customer_360.social_media_profiles);
create unlogged table build.marketing_campaigns (like customer_360.marketing_campaigns);
create unlogged table build.items (like customer_360.items);
create unlogged table build.relationships (like customer_360.relationships);
create unlogged table build.customer_scores (like customer_360.customer_scores);
create unlogged table build.score_reasons (like customer_360.score_reasons);
create unlogged table build.leads (like customer_360.leads);
create unlogged table build.crosswalk (like identity.crosswalk);
create unlogged table build.clusters (like identity.clusters);
create unlogged table build.pairs (like identity.pairs);
create unlogged table build.review_tasks (like identity.review_tasks);
-- The whole ledger as it will be after publication, and what changed in it.
create unlogged table build.customer_ids (like identity.customer_ids);
create unlogged table build.customer_id_events (customer_id text not null, event text not null, other_id text, cause text not null);
-- What the resolve stage knows of each customer before sums and scores are added: the first columns of customers.
create unlogged table build.golden (
  customer_id text primary key,
  entity_type text not null,
  display_name text not null,
  first_name text, last_name text, company_name text, email text, phone text,
  street_address text, city text, parish text, region_code text, postal_code text, country text,
  website text, date_of_birth date, job_title text, industry text,
  external_ids jsonb not null, data_sources text[] not null, record_count int not null,
  identity_confidence double precision not null,
  do_not_contact boolean not null, active boolean not null, customer_since date,
  data_quality_score double precision not null, profile_completeness double precision not null
);
