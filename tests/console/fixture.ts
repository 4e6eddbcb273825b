import { silentLogger } from "#core";
import type { Clock, Database } from "#core";
import { manualClock } from "#core";
import { buildServer } from "#console";
import type { BuiltServer, ConsoleOptions } from "#console";

/** 1 March 2024, 14:00 in Jamaica. */
export const NOW = Date.parse("2024-03-01T19:00:00Z");
export const HOST = "127.0.0.1:4360";

/** A customer record as the staged table takes it; everything but key and name has a plain default. */
export interface StagedRow {
  readonly key: string;
  readonly name: string;
  readonly given?: string | null;
  readonly family?: string | null;
  readonly emails?: readonly string[];
  readonly phones?: readonly string[];
  readonly street?: string | null;
  readonly locality?: string | null;
  readonly region?: string | null;
  readonly birthDate?: string | null;
  readonly website?: string | null;
  readonly doNotContact?: boolean;
}

/** Inserts a staged customer record. */
export async function stage(db: Database, row: StagedRow): Promise<void> {
  const [source, account, stream, id] = row.key.split(":").map(decodeURIComponent);
  await db.query(
    `insert into stage.customers (key, source, account, stream, source_id, observed_at, raw_hash, entity_type,
       entity_type_probability, display_name, given_name, family_name, emails, phones, street, locality, region,
       country, website, handles, birth_date, is_job, active, do_not_contact)
     values ($1, $2, $3, $4, $5, '2024-02-28T05:00:00Z', 'h', 'person', 0.98, $6, $7, $8, $9, $10, $11, $12, $13, 'JM',
       $14, '{}', $15, false, true, $16)`,
    [
      row.key,
      source,
      account,
      stream,
      id,
      row.name,
      row.given ?? null,
      row.family ?? null,
      row.emails ?? [],
      row.phones ?? [],
      row.street ?? null,
      row.locality ?? null,
      row.region ?? null,
      row.website ?? null,
      row.birthDate ?? null,
      row.doNotContact ?? false,
    ],
  );
}

/** Inserts an open question. */
export async function ask(
  db: Database,
  task: {
    readonly id: string;
    readonly left: string;
    readonly right: string;
    readonly gain: number;
    readonly probability?: number;
    readonly reason?: string;
    readonly kind?: "join" | "split";
    readonly evidence?: unknown;
  },
): Promise<void> {
  await db.query(
    `insert into identity.review_tasks (task_id, left_key, right_key, kind, probability, gain, value_at_stake, reason,
       evidence, created_run_id)
     values ($1, $2, $3, $4, $5, $6, 1000, $7, $8, 'r1')`,
    [
      task.id,
      task.left,
      task.right,
      task.kind ?? "join",
      task.probability ?? 0.7,
      task.gain,
      task.reason ?? "possible_link",
      JSON.stringify(task.evidence ?? []),
    ],
  );
}

/** Inserts a published customer with the records that belong to it. */
export async function publish(
  db: Database,
  customer: {
    readonly id: string;
    readonly name: string;
    readonly keys: readonly string[];
    readonly sales?: string;
    readonly purchases?: number;
    readonly email?: string | null;
    readonly phone?: string | null;
    readonly website?: string | null;
    readonly doNotContact?: boolean;
  },
): Promise<void> {
  await db.query(
    `insert into identity.customer_ids (customer_id, anchor_key, status, minted_run_id) values ($1, $2, 'active', 'r1')`,
    [customer.id, customer.keys[0]],
  );
  await db.query(
    `insert into customer_360.customers (customer_id, entity_type, display_name, first_name, last_name, email, phone,
       street_address, city, parish, country, website, external_ids, data_sources, record_count, identity_confidence,
       do_not_contact, active, customer_since, home_currency, total_sales, total_paid, sales_without_rate,
       first_purchase, last_purchase, purchases, last_contact, interactions, customer_segment, data_quality_score,
       profile_completeness)
     values ($1, 'person', $2, split_part($2, ' ', 1), split_part($2, ' ', 2), $3, $4, '12 Hope Road', 'Kingston',
       'Saint Andrew', 'JM', $5, '{}', '{}', $6, 0.93, $7, true, '2021-05-02', 'JMD', $8, $8, 0, '2021-05-02',
       '2024-01-15', $9, '2024-02-10', 3, 'loyal', 0.9, 0.8)`,
    [
      customer.id,
      customer.name,
      customer.email ?? null,
      customer.phone ?? null,
      customer.website ?? null,
      customer.keys.length,
      customer.doNotContact ?? false,
      customer.sales ?? "0",
      customer.purchases ?? 0,
    ],
  );
  for (const key of customer.keys) {
    const [source, account, stream, id] = key.split(":").map(decodeURIComponent);
    await db.query(
      `insert into identity.crosswalk (source, account, stream, source_id, customer_id, key)
       values ($1, $2, $3, $4, $5, $6)`,
      [source, account, stream, id, customer.id, key],
    );
  }
}

/** A console over a database, with a clock that only the test moves. */
export interface TestConsole extends BuiltServer {
  readonly clock: Clock & { advance(ms: number): void };
  /** Signs in; gives the cookie header and the token of forms. */
  signIn(): Promise<SignedIn>;
}

/** A signed-in browser, for injected requests. */
export interface SignedIn {
  readonly cookie: string;
  readonly csrf: string;
  get(url: string): Promise<Answer>;
  /** Sends a form as a page without scripts does. */
  form(url: string, fields?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Sends JSON as the page's script does. */
  json(url: string, body?: object): Promise<Answer>;
}

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
  json<T>(): T;
}

let signIns = 0;

/** Builds a console for injected requests. */
export async function testConsole(db: Database, extra: Partial<ConsoleOptions> = {}): Promise<TestConsole> {
  const clock = manualClock(NOW);
  const built = await buildServer({
    db,
    clock,
    log: silentLogger,
    workspaceName: "Blue Mountain Supplies",
    homeCurrency: "JMD",
    timeZone: "America/Jamaica",
    ...extra,
  });
  const signIn = async (): Promise<SignedIn> => {
    const answer = await built.app.inject({
      url: `/sign-in?token=${built.sessions.issueToken()}`,
      headers: { host: HOST },
      // Sign-ins are limited by address; a test signs in more often than a person.
      remoteAddress: `127.0.1.${(signIns += 1) % 250}`,
    });
    const cookie = String(answer.headers["set-cookie"]).split(";", 1)[0] ?? "";
    return browser(built, cookie);
  };
  return { ...built, clock, signIn };
}

/** A browser that holds a cookie. */
export async function browser(built: BuiltServer, cookie: string): Promise<SignedIn> {
  const headers = { host: HOST, cookie };
  const send = async (request: object): Promise<Answer> => {
    const answer = await built.app.inject({ headers, ...request });
    return { status: answer.statusCode, body: answer.body, headers: answer.headers, json: () => answer.json() };
  };
  const home = await send({ url: "/decisions" });
  const csrf = /name="csrf-token" content="([^"]*)"/.exec(home.body)?.[1] ?? "";
  return {
    cookie,
    csrf,
    get: (url) => send({ url }),
    form: (url, fields = {}) =>
      send({
        method: "POST",
        url,
        headers: { ...headers, "content-type": "application/x-www-form-urlencoded" },
        payload: new URLSearchParams({ _csrf: csrf, ...fields }).toString(),
      }),
    json: (url, body = {}) =>
      send({ method: "POST", url, headers: { ...headers, "x-csrf-token": csrf }, payload: body }),
  };
}
