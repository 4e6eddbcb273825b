-- Published tables. Every table and column carries a comment: the data dictionary is made from them.
create table customer_360.customers (
  customer_id text primary key,
  entity_type text not null,
  display_name text not null,
  first_name text,
  last_name text,
  company_name text,
  email text,
  phone text,
  street_address text,
  city text,
  parish text,
  region_code text,
  postal_code text,
  country text,
  website text,
  date_of_birth date,
  job_title text,
  industry text,
  external_ids jsonb not null,
  data_sources text[] not null,
  record_count int not null,
  identity_confidence double precision not null,
  do_not_contact boolean not null,
  active boolean not null,
  customer_since date,
  home_currency text not null,
  total_sales numeric(18, 2) not null,
  total_paid numeric(18, 2) not null,
  sales_without_rate int not null,
  first_purchase date,
  last_purchase date,
  purchases int not null,
  last_contact date,
  interactions int not null,
  customer_segment text not null,
  lifetime_value numeric(18, 2),
  churn_probability double precision,
  lead_score double precision,
  data_quality_score double precision not null,
  profile_completeness double precision not null
);
comment on table customer_360.customers is 'One row for each customer: a person or firm, put together from every source record that means the same one.';
comment on column customer_360.customers.customer_id is 'Stable id, kept by identity.customer_ids.';
comment on column customer_360.customers.entity_type is 'person, organisation, or unknown.';
comment on column customer_360.customers.display_name is 'Name to show.';
comment on column customer_360.customers.first_name is 'Given name of a person.';
comment on column customer_360.customers.last_name is 'Family name of a person.';
comment on column customer_360.customers.company_name is 'Name of a firm.';
comment on column customer_360.customers.email is 'Best e-mail address.';
comment on column customer_360.customers.phone is 'Best telephone number, E.164.';
comment on column customer_360.customers.street_address is 'Street, number and unit.';
comment on column customer_360.customers.city is 'Town or locality.';
comment on column customer_360.customers.parish is 'Parish, state or region as people write it.';
comment on column customer_360.customers.region_code is 'ISO 3166-2 code of the region, where it is certain.';
comment on column customer_360.customers.postal_code is 'Postcode or postal district.';
comment on column customer_360.customers.country is 'ISO 3166-1 alpha-2 code.';
comment on column customer_360.customers.website is 'Web site.';
comment on column customer_360.customers.date_of_birth is 'Date of birth of a person.';
comment on column customer_360.customers.job_title is 'Occupation or job title.';
comment on column customer_360.customers.industry is 'Line of business of a firm.';
comment on column customer_360.customers.external_ids is 'Ids in the sources: {source: [id, ...]}.';
comment on column customer_360.customers.data_sources is 'Sources that know this customer, sorted.';
comment on column customer_360.customers.record_count is 'Number of source records put together.';
comment on column customer_360.customers.identity_confidence is 'Probability (0 to 1) that every record of this customer belongs to it.';
comment on column customer_360.customers.do_not_contact is 'True where any source says not to contact.';
comment on column customer_360.customers.active is 'False where every source says inactive.';
comment on column customer_360.customers.customer_since is 'First day on which a source knew the customer.';
comment on column customer_360.customers.home_currency is 'Currency of the sums in this row, ISO 4217.';
comment on column customer_360.customers.total_sales is 'Invoices and sales less credit memos and refunds, home currency; gifts in nonprofit mode.';
comment on column customer_360.customers.total_paid is 'Payments received, home currency.';
comment on column customer_360.customers.sales_without_rate is 'Documents in a foreign currency without a rate: kept, but not in the sums.';
comment on column customer_360.customers.first_purchase is 'Day of the first invoice, sale or gift.';
comment on column customer_360.customers.last_purchase is 'Day of the latest invoice, sale or gift.';
comment on column customer_360.customers.purchases is 'Number of invoices, sales and gifts.';
comment on column customer_360.customers.last_contact is 'Day of the latest visit, call, e-mail or meeting.';
comment on column customer_360.customers.interactions is 'Number of interactions.';
comment on column customer_360.customers.customer_segment is 'Segment by recency and frequency: new, active, loyal, slipping, lapsed, prospect.';
comment on column customer_360.customers.lifetime_value is 'Expected value over the next 12 months, home currency; null when not scored.';
comment on column customer_360.customers.churn_probability is 'Probability (0 to 1) of no purchase within the horizon; null when not scored.';
comment on column customer_360.customers.lead_score is 'Probability (0 to 1) of a purchase within the horizon; null when not scored.';
comment on column customer_360.customers.data_quality_score is 'Share (0 to 1) of filled fields that passed their checks and agree between sources.';
comment on column customer_360.customers.profile_completeness is 'Share (0 to 1) of the main profile fields that are filled.';

create table customer_360.customer_fields (
  customer_id text not null references customer_360.customers deferrable initially deferred,
  field text not null,
  value text not null,
  source_key text not null,
  rule text not null,
  primary key (customer_id, field)
);
comment on table customer_360.customer_fields is 'Where each field of a customer comes from.';
comment on column customer_360.customer_fields.customer_id is 'Customer.';
comment on column customer_360.customer_fields.field is 'Column of customer_360.customers.';
comment on column customer_360.customer_fields.value is 'The surviving value.';
comment on column customer_360.customer_fields.source_key is 'Record that it was taken from: source:account:stream:id.';
comment on column customer_360.customer_fields.rule is 'Survivorship rule that chose it.';

create table customer_360.contact_points (
  customer_id text not null references customer_360.customers deferrable initially deferred,
  kind text not null,
  value text not null,
  records int not null,
  source_key text not null,
  primary key (customer_id, kind, value)
);
comment on table customer_360.contact_points is 'Every e-mail address, telephone number, handle and web site of a customer.';
comment on column customer_360.contact_points.customer_id is 'Customer.';
comment on column customer_360.contact_points.kind is 'email, phone, handle or website.';
comment on column customer_360.contact_points.value is 'The address or number, standardised.';
comment on column customer_360.contact_points.records is 'How many source records carry it.';
comment on column customer_360.contact_points.source_key is 'Smallest key of those records.';

create table customer_360.transactions (
  transaction_key text primary key,
  customer_id text references customer_360.customers deferrable initially deferred,
  kind text not null,
  number text,
  date date not null,
  due_date date,
  currency text not null,
  amount numeric(18, 2) not null,
  balance numeric(18, 2),
  exchange_rate numeric(18, 8),
  rate_source text not null,
  home_amount numeric(18, 2),
  voided boolean not null,
  category text,
  payment_method text,
  description text,
  quantity numeric,
  source text not null,
  account text not null
);
create index on customer_360.transactions (customer_id, date);
comment on table customer_360.transactions is 'Invoices, payments, credit memos, sales, refunds and gifts, in the currency of the document.';
comment on column customer_360.transactions.transaction_key is 'Key of the source record.';
comment on column customer_360.transactions.customer_id is 'Customer; null where the document names nobody who is known.';
comment on column customer_360.transactions.kind is 'invoice, payment, credit_memo, sale, refund, gift or estimate.';
comment on column customer_360.transactions.number is 'Document number.';
comment on column customer_360.transactions.date is 'Date of the document.';
comment on column customer_360.transactions.due_date is 'Date on which it is due.';
comment on column customer_360.transactions.currency is 'ISO 4217 code of amount and balance.';
comment on column customer_360.transactions.amount is 'Total, positive; the kind says the direction. Zero when voided.';
comment on column customer_360.transactions.balance is 'Still open, where the source tells.';
comment on column customer_360.transactions.exchange_rate is 'Home currency for one unit of currency.';
comment on column customer_360.transactions.rate_source is 'home, document, rates_file, or none.';
comment on column customer_360.transactions.home_amount is 'Amount in the home currency; null where no rate is known.';
comment on column customer_360.transactions.voided is 'True where the source voided the document.';
comment on column customer_360.transactions.category is 'Category of what was sold.';
comment on column customer_360.transactions.payment_method is 'Method of payment.';
comment on column customer_360.transactions.description is 'Memo of the document.';
comment on column customer_360.transactions.quantity is 'Quantity sold, where the source tells.';
comment on column customer_360.transactions.source is 'Connector that it came from.';
comment on column customer_360.transactions.account is 'Account inside the source.';

create table customer_360.customer_interactions (
  interaction_key text primary key,
  customer_id text references customer_360.customers deferrable initially deferred,
  interaction_type text not null,
  interaction_date timestamptz not null,
  channel text,
  direction text,
  subject text,
  outcome text,
  sales_rep text,
  campaign_key text,
  likes int,
  comments int,
  source text not null,
  account text not null
);
create index on customer_360.customer_interactions (customer_id, interaction_date);
comment on table customer_360.customer_interactions is 'Visits, calls, e-mails, posts and campaign responses.';
comment on column customer_360.customer_interactions.interaction_key is 'Key of the source record.';
comment on column customer_360.customer_interactions.customer_id is 'Customer; null where nobody known is named.';
comment on column customer_360.customer_interactions.interaction_type is 'visit, call, email, meeting, website, social_post or campaign_response.';
comment on column customer_360.customer_interactions.interaction_date is 'When it happened, UTC.';
comment on column customer_360.customer_interactions.channel is 'Channel.';
comment on column customer_360.customer_interactions.direction is 'in: from the customer; out: to the customer.';
comment on column customer_360.customer_interactions.subject is 'Subject line.';
comment on column customer_360.customer_interactions.outcome is 'What came of it.';
comment on column customer_360.customer_interactions.sales_rep is 'Who spoke for the firm.';
comment on column customer_360.customer_interactions.campaign_key is 'Campaign that it answers.';
comment on column customer_360.customer_interactions.likes is 'Likes of a post; null when hidden.';
comment on column customer_360.customer_interactions.comments is 'Comments on a post; null when hidden.';
comment on column customer_360.customer_interactions.source is 'Connector that it came from.';
comment on column customer_360.customer_interactions.account is 'Account inside the source.';

create table customer_360.social_media_profiles (
  profile_key text primary key,
  customer_id text references customer_360.customers deferrable initially deferred,
  platform text not null,
  username text not null,
  platform_user_id text,
  biography text,
  website text,
  follower_count bigint,
  following_count bigint,
  post_count bigint,
  engagement_rate double precision
);
comment on table customer_360.social_media_profiles is 'Social profiles that belong to customers.';
comment on column customer_360.social_media_profiles.profile_key is 'Key of the source record.';
comment on column customer_360.social_media_profiles.customer_id is 'Customer; null where nobody known is meant.';
comment on column customer_360.social_media_profiles.platform is 'instagram, facebook, ...';
comment on column customer_360.social_media_profiles.username is 'Handle on the platform.';
comment on column customer_360.social_media_profiles.platform_user_id is 'Id on the platform.';
comment on column customer_360.social_media_profiles.biography is 'Public self-description.';
comment on column customer_360.social_media_profiles.website is 'Web site that the profile names.';
comment on column customer_360.social_media_profiles.follower_count is 'Followers; null when unknown.';
comment on column customer_360.social_media_profiles.following_count is 'Profiles followed; null when unknown.';
comment on column customer_360.social_media_profiles.post_count is 'Posts; null when unknown.';
comment on column customer_360.social_media_profiles.engagement_rate is 'Mean likes and comments of posts with visible figures, divided by followers; null when unknown.';

create table customer_360.marketing_campaigns (
  campaign_key text primary key,
  campaign_name text not null,
  channel text,
  start_date date,
  end_date date,
  currency text,
  budget numeric(18, 2),
  spend numeric(18, 2),
  impressions bigint,
  clicks bigint,
  conversions bigint,
  cost_per_acquisition numeric(18, 2),
  responses int not null
);
comment on table customer_360.marketing_campaigns is 'Campaigns with their figures.';
comment on column customer_360.marketing_campaigns.campaign_key is 'Key of the source record.';
comment on column customer_360.marketing_campaigns.campaign_name is 'Name.';
comment on column customer_360.marketing_campaigns.channel is 'Channel.';
comment on column customer_360.marketing_campaigns.start_date is 'First day.';
comment on column customer_360.marketing_campaigns.end_date is 'Last day.';
comment on column customer_360.marketing_campaigns.currency is 'Currency of budget and spend.';
comment on column customer_360.marketing_campaigns.budget is 'Planned spend.';
comment on column customer_360.marketing_campaigns.spend is 'Actual spend.';
comment on column customer_360.marketing_campaigns.impressions is 'Times shown.';
comment on column customer_360.marketing_campaigns.clicks is 'Clicks.';
comment on column customer_360.marketing_campaigns.conversions is 'Conversions by the platform''s own count.';
comment on column customer_360.marketing_campaigns.cost_per_acquisition is 'Spend divided by conversions; null without conversions.';
comment on column customer_360.marketing_campaigns.responses is 'Responses of known customers.';

create table customer_360.items (
  item_key text primary key,
  name text not null,
  sku text,
  category text,
  unit_price numeric(18, 2),
  currency text,
  active boolean not null
);
comment on table customer_360.items is 'Products and services.';
comment on column customer_360.items.item_key is 'Key of the source record.';
comment on column customer_360.items.name is 'Name.';
comment on column customer_360.items.sku is 'Stock-keeping unit.';
comment on column customer_360.items.category is 'Category.';
comment on column customer_360.items.unit_price is 'List price.';
comment on column customer_360.items.currency is 'Currency of the price.';
comment on column customer_360.items.active is 'False when no longer sold.';

create table customer_360.relationships (
  left_customer_id text not null references customer_360.customers deferrable initially deferred,
  right_customer_id text not null references customer_360.customers deferrable initially deferred,
  relation text not null,
  probability double precision not null,
  evidence text not null,
  primary key (left_customer_id, right_customer_id, relation)
);
comment on table customer_360.relationships is 'Relations between customers that are not the same one: household, owner, branch.';
comment on column customer_360.relationships.left_customer_id is 'First customer: the person, branch or smaller id.';
comment on column customer_360.relationships.right_customer_id is 'Second customer: the firm, parent or larger id.';
comment on column customer_360.relationships.relation is 'household, owner_firm, employee, branch_parent or referral.';
comment on column customer_360.relationships.probability is 'Probability, 0 to 1.';
comment on column customer_360.relationships.evidence is 'What it rests on, in words.';

create table customer_360.customer_scores (
  customer_id text not null references customer_360.customers deferrable initially deferred,
  score text not null,
  value double precision,
  low double precision,
  high double precision,
  unit text not null,
  rank int,
  band text not null,
  meaning text not null,
  not_scored_reason text,
  model_version text not null,
  model_kind text not null,
  data_as_of date not null,
  horizon_days int not null,
  primary key (customer_id, score)
);
comment on table customer_360.customer_scores is 'Scores of each customer with their meaning. A score that cannot be given says why.';
comment on column customer_360.customer_scores.customer_id is 'Customer.';
comment on column customer_360.customer_scores.score is 'churn, lead or lifetime_value.';
comment on column customer_360.customer_scores.value is 'Probability (0 to 1) or money; null when not scored.';
comment on column customer_360.customer_scores.low is 'Lower end of the 80% interval, where given.';
comment on column customer_360.customer_scores.high is 'Upper end of the 80% interval, where given.';
comment on column customer_360.customer_scores.unit is 'probability, or the home currency.';
comment on column customer_360.customer_scores.rank is '1 is the highest value; also given to customers that are not scored, after the scored ones.';
comment on column customer_360.customer_scores.band is 'High, Medium, Low or not scored.';
comment on column customer_360.customer_scores.meaning is 'The band in plain words ("about 3 in 10 like this buy within 90 days").';
comment on column customer_360.customer_scores.not_scored_reason is 'Why no score is given; null when there is one.';
comment on column customer_360.customer_scores.model_version is 'Version in ops.model_versions.';
comment on column customer_360.customer_scores.model_kind is 'network, additive, logistic, or rule: <name>.';
comment on column customer_360.customer_scores.data_as_of is 'Latest day whose data the score knows.';
comment on column customer_360.customer_scores.horizon_days is 'Days ahead that the score speaks of.';

create table customer_360.score_reasons (
  customer_id text not null,
  score text not null,
  position int not null,
  feature text not null,
  effect double precision not null,
  direction text not null,
  reason text not null,
  primary key (customer_id, score, position),
  foreign key (customer_id, score) references customer_360.customer_scores deferrable initially deferred
);
comment on table customer_360.score_reasons is 'Why each score is what it is, strongest reason first.';
comment on column customer_360.score_reasons.customer_id is 'Customer.';
comment on column customer_360.score_reasons.score is 'Score that it explains.';
comment on column customer_360.score_reasons.position is '1 to 3.';
comment on column customer_360.score_reasons.feature is 'Feature that it rests on.';
comment on column customer_360.score_reasons.effect is 'Share of the score, in the units of the model''s sum (log-odds or money).';
comment on column customer_360.score_reasons.direction is 'raises or lowers.';
comment on column customer_360.score_reasons.reason is 'The reason in plain words with the customer''s own value.';

create table customer_360.leads (
  rank int primary key,
  customer_id text not null references customer_360.customers deferrable initially deferred,
  customer text not null,
  phone text,
  last_contact date,
  band text not null,
  meaning text not null,
  reason_1 text,
  reason_2 text,
  reason_3 text,
  action text not null,
  data_as_of date not null
);
comment on table customer_360.leads is 'The ranked list for sales; customers who asked not to be contacted are left out.';
comment on column customer_360.leads.rank is '1 is the best lead.';
comment on column customer_360.leads.customer_id is 'Customer.';
comment on column customer_360.leads.customer is 'Name to show.';
comment on column customer_360.leads.phone is 'Telephone number, E.164.';
comment on column customer_360.leads.last_contact is 'Latest contact or purchase.';
comment on column customer_360.leads.band is 'High, Medium, Low or not scored.';
comment on column customer_360.leads.meaning is 'The band in plain words.';
comment on column customer_360.leads.reason_1 is 'Strongest reason.';
comment on column customer_360.leads.reason_2 is 'Second reason.';
comment on column customer_360.leads.reason_3 is 'Third reason.';
comment on column customer_360.leads.action is 'Suggested action.';
comment on column customer_360.leads.data_as_of is 'Latest day whose data the list knows.';

create view ops.freshness as
  select source, account, stream, last_success_at, last_run_id, live_records
  from ops.stream_state;
comment on view ops.freshness is 'When each stream was last read whole.';
