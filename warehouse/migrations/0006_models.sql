-- The registry of models: what each version was measured by, why it ships or not, and whether what it said came true.
alter table ops.model_versions
  add column calibration jsonb,
  add column drift_baseline jsonb,
  add column pinned boolean not null default false;
comment on column ops.model_versions.version is 'Name of the version: model and hash of data, settings and seed.';
comment on column ops.model_versions.model is 'Score that it makes: churn, lead or lifetime_value.';
comment on column ops.model_versions.kind is 'How it was made: additive, logistic, rule: <name>, ...';
comment on column ops.model_versions.alias is 'champion makes the scores, challenger is watched beside it, previous was champion before; empty for the others.';
comment on column ops.model_versions.trained_run_id is 'Run that made it.';
comment on column ops.model_versions.data_as_of is 'Latest day whose data it learnt from.';
comment on column ops.model_versions.data_hash is 'Hash of the snapshot of data that it learnt from.';
comment on column ops.model_versions.features is 'Features that it uses.';
comment on column ops.model_versions.parameters is 'Settings and fitted figures for people.';
comment on column ops.model_versions.artefact is 'The model itself: JSON and 32-bit numbers; null where it is fitted anew each night.';
comment on column ops.model_versions.seed is 'Seed of what was drawn by chance.';
comment on column ops.model_versions.backend is 'Engine that it was trained on.';
comment on column ops.model_versions.created_at is 'When it was registered.';
comment on column ops.model_versions.calibration is 'Layer that turns its sums into probabilities that hold; versioned with it.';
comment on column ops.model_versions.drift_baseline is 'Shares of each feature''s values in its training data, which later data are compared with.';
comment on column ops.model_versions.pinned is 'True where a person rolled back to it: no challenger takes its place until it is released.';
comment on column ops.model_metrics.version is 'Version in ops.model_versions.';
comment on column ops.model_metrics.metric is 'auc, log_loss, calibration_error, observed_rate, ...';
comment on column ops.model_metrics.segment is 'Band or group that it speaks of; empty for all.';
comment on column ops.model_metrics.value is 'The figure.';

create table ops.model_decisions (
  run_id text not null,
  model text not null,
  champion text not null,
  challenger text,
  decision text not null check (decision in ('first', 'refreshed', 'promoted', 'kept', 'rolled_back', 'released')),
  reason text not null,
  gates jsonb not null,
  at timestamptz not null,
  primary key (run_id, model)
);
comment on table ops.model_decisions is 'Which version ships and why: every comparison of champion and challenger, and every rollback.';
comment on column ops.model_decisions.run_id is 'Run, or the time of a rollback.';
comment on column ops.model_decisions.model is 'churn, lead or lifetime_value.';
comment on column ops.model_decisions.champion is 'Version that ships after the decision.';
comment on column ops.model_decisions.challenger is 'Version that was compared with it and does not ship; null where there was none.';
comment on column ops.model_decisions.decision is 'first, refreshed (same kind, newer data), promoted (another kind), kept, rolled_back or released.';
comment on column ops.model_decisions.reason is 'Why, in words.';
comment on column ops.model_decisions.gates is 'What was measured: gain in log-loss with its bounds, calibration, groups.';
comment on column ops.model_decisions.at is 'When.';

create table ops.shadow_scores (
  model text not null,
  customer_id text not null,
  version text not null references ops.model_versions,
  value double precision not null,
  primary key (model, customer_id)
);
comment on table ops.shadow_scores is 'What the challenger would have said of each customer, for one cycle; never shown as a score.';
comment on column ops.shadow_scores.model is 'churn or lead.';
comment on column ops.shadow_scores.customer_id is 'Customer.';
comment on column ops.shadow_scores.version is 'The challenger.';
comment on column ops.shadow_scores.value is 'Probability, 0 to 1.';

create table ops.model_drift (
  model text not null,
  data_as_of date not null,
  feature text not null,
  version text not null references ops.model_versions,
  effect double precision not null,
  usual double precision not null,
  drifted boolean not null,
  primary key (model, data_as_of, feature)
);
comment on table ops.model_drift is 'How far each feature has moved from what the model learnt from, against how far it usually moves.';
comment on column ops.model_drift.model is 'churn or lead.';
comment on column ops.model_drift.data_as_of is 'Day of the data that are compared.';
comment on column ops.model_drift.feature is 'Feature; "(score)" for the score itself.';
comment on column ops.model_drift.version is 'Version whose training data are the baseline.';
comment on column ops.model_drift.effect is 'Population stability index: below 0.1 stable, above 0.25 changed.';
comment on column ops.model_drift.usual is 'The largest index between earlier training tables one after another: what this feature does anyway.';
comment on column ops.model_drift.drifted is 'True above 0.25, and above 0.1 where that is half as much again as usual.';

create table ops.score_history (
  score text not null,
  data_as_of date not null,
  customer_id text not null,
  model_version text not null,
  horizon_days int not null,
  band text not null,
  value double precision not null,
  primary key (score, data_as_of, customer_id)
);
comment on table ops.score_history is 'Probabilities as they were given, at most once a week, until it is known what came of them.';
comment on column ops.score_history.score is 'churn or lead.';
comment on column ops.score_history.data_as_of is 'Day of the data.';
comment on column ops.score_history.customer_id is 'Customer as it was then.';
comment on column ops.score_history.model_version is 'Version that gave it.';
comment on column ops.score_history.horizon_days is 'Days ahead that it speaks of.';
comment on column ops.score_history.band is 'High, Medium or Low.';
comment on column ops.score_history.value is 'Probability, 0 to 1.';

create table ops.score_outcomes (
  score text not null,
  data_as_of date not null,
  band text not null,
  customers int not null,
  expected double precision not null,
  observed double precision not null,
  low double precision not null,
  high double precision not null,
  holds boolean not null,
  primary key (score, data_as_of, band)
);
comment on table ops.score_outcomes is 'Did the words of each band come true? What was said and what was seen, once the horizon has passed.';
comment on column ops.score_outcomes.score is 'churn or lead.';
comment on column ops.score_outcomes.data_as_of is 'Day of the data that the score rested on.';
comment on column ops.score_outcomes.band is 'High, Medium or Low.';
comment on column ops.score_outcomes.customers is 'Customers in the band who still exist.';
comment on column ops.score_outcomes.expected is 'Mean probability that was given.';
comment on column ops.score_outcomes.observed is 'Share to whom it happened.';
comment on column ops.score_outcomes.low is 'Lower end of the 95% interval of that share.';
comment on column ops.score_outcomes.high is 'Upper end of the 95% interval of that share.';
comment on column ops.score_outcomes.holds is 'True where the mean probability lies in the interval, or within 0.05 of the share.';

create table ops.lead_outcomes (
  outcome_key text primary key,
  file text not null,
  customer_id text not null,
  listed_as_of date,
  outcome text not null,
  notes text,
  imported_at timestamptz not null
);
create index on ops.lead_outcomes (customer_id);
comment on table ops.lead_outcomes is 'What people wrote into the outcome column of a list that came back.';
comment on column ops.lead_outcomes.outcome_key is 'Hash of customer, list and outcome: the same row is taken once.';
comment on column ops.lead_outcomes.file is 'Name of the file that it came from, without its folder.';
comment on column ops.lead_outcomes.customer_id is 'Customer as the list names it.';
comment on column ops.lead_outcomes.listed_as_of is 'Day of the data of the list, where the file tells.';
comment on column ops.lead_outcomes.outcome is 'What came of the contact, as written.';
comment on column ops.lead_outcomes.notes is 'Notes, as written.';
comment on column ops.lead_outcomes.imported_at is 'When the list was read back.';
