/** What kind of trouble it is; decides whether a retry can help and who can mend it. */
export type ErrorClass =
  | "config"
  | "auth"
  | "permission"
  | "not_found"
  | "rate"
  | "transient"
  | "schema"
  | "data"
  | "limit"
  | "blocked"
  | "bug";

/** What is fixed of an error. */
export interface CatalogueEntry {
  readonly class: ErrorClass;
  /** Message with `{placeholders}` for the offending values. */
  readonly message: string;
  /** What is safe and what to type next. */
  readonly hint: string;
  readonly retryable: boolean;
  /** Exit code of the command that ends with it. */
  readonly exit: number;
}

/** Exit codes of every command, documented in docs/errors.md. */
export const EXIT = {
  ok: 0,
  /** Something failed; yesterday's data stay published. */
  failed: 1,
  /** The command line or the configuration is wrong; nothing was done. */
  usage: 2,
  /** Published, but at least one source failed or was held back. */
  partial: 3,
  /** Another run holds the lock. */
  locked: 4,
} as const;

/** Every error a person can meet. `docs/errors.md` is kept equal to it by a test. */
export const ERRORS = {
  CONFIG_MISSING: entry(
    "config",
    "There is no c360.yaml in {dir}.",
    "Nothing was changed. Type `c360 init` there, or name the workspace with `--workspace DIR`.",
    EXIT.usage,
  ),
  CONFIG_INVALID: entry(
    "config",
    "{file} is not valid: {problems}",
    "Nothing was changed. Mend the lines named above; `c360 doctor` checks again.",
    EXIT.usage,
  ),
  USAGE: entry(
    "config",
    "{problem}",
    "Nothing was done. `c360 {command} --help` shows what it takes, with examples.",
    EXIT.usage,
  ),
  SOURCE_UNKNOWN: entry(
    "config",
    "There is no source named {name}.",
    "Nothing was done. `c360 plan` lists the sources of this workspace.",
    EXIT.usage,
  ),
  SECRET_MISSING: entry(
    "config",
    "The secret {name} is not set.",
    "Nothing was read. Type `c360 add {source}` again, or set the environment variable {variable}.",
    EXIT.failed,
  ),
  SECRET_UNREADABLE: entry(
    "config",
    "The secret store {file} cannot be opened with this key.",
    "Nothing was changed. Set C360_SECRET_KEY to the key it was written with, or remove the file and type `c360 add` again for each source.",
    EXIT.failed,
  ),
  RUN_LOCKED: entry(
    "transient",
    "Another run is at work here: process {pid}, since {since}.",
    "Nothing was done. Wait for it, or see `c360 status`.",
    EXIT.locked,
  ),
  RUN_NOTHING_TO_RESUME: entry(
    "config",
    "There is no unfinished run.",
    "Nothing was done. `c360 nightly` starts a new one.",
    EXIT.usage,
  ),
  RUN_UNFINISHED: entry(
    "data",
    "Step {step} failed: {reason}",
    "Yesterday's data stay published. Mend the cause and type `c360 resume`.",
    EXIT.failed,
  ),
  AUDIT_FAILED: entry(
    "data",
    "The audit {audit} failed: {detail}",
    "Nothing was published; yesterday's data stay up. See `c360 status`, mend the cause, then `c360 resume`.",
    EXIT.failed,
  ),
  SOURCES_INCOMPLETE: entry(
    "data",
    "{failed} of {total} sources could not be read whole: {names}",
    "What was read is published, the rest keeps yesterday's state. `c360 status` says what each one needs.",
    EXIT.partial,
  ),
  POSTGRES_BINARIES: entry(
    "config",
    "The embedded Postgres has no program for {platform}.",
    "Nothing was changed. Set DATABASE_URL to a Postgres server of your own (version 15 or newer).",
    EXIT.failed,
  ),
  POSTGRES_START: entry(
    "transient",
    "The embedded Postgres did not start in {dir}: {reason}",
    "The data are untouched. `c360 doctor` tells more; `c360 db stop` then `c360 db start` tries again.",
    EXIT.failed,
  ),
  POSTGRES_VERSION: entry(
    "config",
    "The data in {dir} were written by Postgres {found}; this is Postgres {wanted}.",
    "The data are untouched. Use the older release of Customer 360 to export them, or set DATABASE_URL.",
    EXIT.failed,
  ),
  POSTGRES_UNREACHABLE: entry(
    "transient",
    "The database at {host} cannot be reached: {reason}",
    "Nothing was changed. Check DATABASE_URL, or unset it to use the embedded server.",
    EXIT.failed,
    true,
  ),
  POSTGRES_UNFIT: entry(
    "config",
    "The database at {host} cannot hold a warehouse: {reason}",
    "Nothing was changed. Give DATABASE_URL another database (postgres://USER:PASSWORD@HOST:PORT/NAME, Postgres 15 or newer, UTF-8), or unset it to use the embedded server.",
    EXIT.failed,
  ),
  PORT_IN_USE: entry(
    "config",
    "Port {port} on loopback is in use by another program.",
    "Nothing was changed. End that program, or choose another port with {setting}.",
    EXIT.failed,
  ),
  PERMISSION: entry(
    "permission",
    "{action} {path} is not permitted.",
    "Nothing was changed there. Give this user the right to it, or choose another folder with `--workspace DIR`.",
    EXIT.failed,
  ),
  DISK_FULL: entry(
    "limit",
    "The disk that holds {path} is full.",
    "Yesterday's data stay published. Free some space, then type `c360 resume`.",
    EXIT.failed,
  ),
  MIGRATION_EDITED: entry(
    "bug",
    "Migration {name} was changed after it had been applied.",
    "Nothing was changed. Restore the file as it was released; changes go into a new migration.",
    EXIT.failed,
  ),
  DATABASE_NEWER: entry(
    "config",
    "The database was made by a newer release: it knows {name}, which this one does not have.",
    "Nothing was changed. Use the newer release of Customer 360.",
    EXIT.failed,
  ),
  KAFKA_UNREACHABLE: entry(
    "transient",
    "No Kafka broker answers at {brokers}: {reason}",
    "Nothing was lost. Start the broker (`npm run kafka` starts one), or unset KAFKA_BROKERS to use the embedded log.",
    EXIT.failed,
    true,
  ),
  LOG_FENCED: entry(
    "transient",
    "Another worker took over partition {partition} of {topic}.",
    "Nothing was lost or doubled; the other worker goes on.",
    EXIT.locked,
    true,
  ),
  FILE_MISSING: entry(
    "not_found",
    "{file} does not exist.",
    "Nothing was read. Check the name; paths are relative to the current folder.",
    EXIT.failed,
  ),
  FILE_LOCKED: entry(
    "permission",
    "{file} is locked or cannot be opened: {reason}",
    "Nothing of it was read. Close it in the other program; then read it again.",
    EXIT.failed,
    true,
  ),
  FILE_ENCRYPTED: entry(
    "data",
    "{file} is protected by a password.",
    "Nothing of it was read. Save it without a password in its place.",
    EXIT.failed,
  ),
  FILE_CORRUPT: entry(
    "data",
    "{file} is damaged: {reason}",
    "Nothing of it was read. Export it again and put it in its place.",
    EXIT.failed,
  ),
  FILE_UNSUPPORTED: entry(
    "data",
    "{file} is not a workbook or text table: {reason}",
    "Nothing of it was read. Save it as .xlsx or .csv.",
    EXIT.failed,
  ),
  FILE_LIMIT: entry(
    "limit",
    "{file} passes a limit: {reason}",
    "Nothing of it was read. Split it, or remove empty formatted cells.",
    EXIT.failed,
  ),
  VENDOR_AUTH: entry(
    "auth",
    "{vendor} refused the sign-in: {reason}",
    "What was read before stays. Type `c360 add {source}` to connect again.",
    EXIT.failed,
  ),
  VENDOR_PERMISSION: entry(
    "permission",
    "{vendor} does not allow reading {subject}: {reason}",
    "The other streams were read. {fix}",
    EXIT.failed,
  ),
  VENDOR_NOT_FOUND: entry(
    "not_found",
    "{vendor} has no {subject} any more.",
    "Nothing was deleted on our side. Check the name or the sharing, then run again.",
    EXIT.failed,
  ),
  VENDOR_RATE: entry(
    "rate",
    "{vendor} still asks to slow down after {waited}.",
    "What was read stays; the next run goes on from there.",
    EXIT.failed,
    true,
  ),
  VENDOR_DOWN: entry(
    "transient",
    "{vendor} cannot be reached: {reason}",
    "What was read before stays; the next run tries again.",
    EXIT.failed,
    true,
  ),
  VENDOR_SCHEMA: entry(
    "schema",
    "{vendor} answered in a form that is not known: {reason}",
    "Nothing of that answer was used. If it stays so, report it with `c360 status --json`.",
    EXIT.failed,
  ),
  BROWSER_MISSING: entry(
    "config",
    "The pages of this site need a browser, and none can be started.",
    "Nothing was read. Install the package playwright-core and Chromium, name it in CHROMIUM_PATH, or set `render: never`.",
    EXIT.failed,
  ),
  SCHEMA_FROZEN: entry(
    "schema",
    "{stream} is frozen and has other columns than before: {columns}",
    "Nothing of it was taken over. If the change is right, set its `drift` to `evolve` in c360.yaml and type `c360 nightly`.",
    EXIT.failed,
  ),
  VENDOR_LIMIT: entry(
    "limit",
    "An answer of {vendor} passes a limit: {reason}",
    "Nothing of that answer was used.",
    EXIT.failed,
  ),
  VENDOR_REQUEST: entry(
    "config",
    "{vendor} refused the request: {reason}",
    "Nothing was changed. Check the settings of the source in c360.yaml.",
    EXIT.failed,
  ),
  HOST_REFUSED: entry(
    "blocked",
    "{host} is not a host that this source may ask.",
    "Nothing was fetched. Add it to `allow_hosts`, or to `allow_private_hosts` for an intranet, if you mean it.",
    EXIT.failed,
  ),
  SITE_BLOCKED: entry(
    "blocked",
    "{host} answered with a challenge page.",
    "Nothing was evaded and nothing deleted; the host is left alone for a day. Ask its owner for permission or an export.",
    EXIT.failed,
  ),
  PARSER_BROKEN: entry(
    "schema",
    "The pages of {host} gave none of the facts they gave before.",
    "Nothing was deleted. Its markup changed: adapt `selectors` in c360.yaml.",
    EXIT.failed,
  ),
  LEADS_NOTHING: entry(
    "data",
    "There is no published run yet, so there is no list.",
    "Type `c360 nightly` first.",
    EXIT.failed,
  ),
  MODEL_NO_PREVIOUS: entry(
    "not_found",
    "There is no earlier version of {model} to go back to.",
    "Nothing was changed. Churn and lead models can be rolled back from their second version on.",
    EXIT.failed,
  ),
  QUARANTINE_UNKNOWN: entry(
    "config",
    "There is no quarantined row {id}.",
    "Nothing was changed. `c360 quarantine list` shows them.",
    EXIT.usage,
  ),
  MODEL_REFUSED: entry("data", "{problem}", "No model and no score was written.", EXIT.failed),
  MODEL_FILE: entry(
    "data",
    "{file} cannot be used: {problem}.",
    "Nothing was scored. `c360 model train` makes a model file.",
    EXIT.failed,
  ),
  CONSOLE_SIGN_IN: entry(
    "auth",
    "You are not signed in, or the session has ended.",
    "Nothing was changed. Type `c360 console` and open the link that it prints; a link works once, for 15 minutes.",
    EXIT.failed,
  ),
  CONSOLE_REFUSED: entry(
    "blocked",
    "The console refused the request: {reason}",
    "Nothing was changed. Reload the page and try again, at the address that `c360 console` prints.",
    EXIT.failed,
  ),
  CONSOLE_NOT_FOUND: entry(
    "not_found",
    "There is no such {subject}.",
    "Nothing was changed. It may have gone with a later run; go back to the start page.",
    EXIT.failed,
  ),
  CONSOLE_ANSWERED: entry(
    "data",
    "{state}",
    "Nothing was changed by this request. Reload the page to see how things stand.",
    EXIT.failed,
  ),
  CONSOLE_REQUEST: entry("config", "{problem}", "Nothing was changed. Reload the page and try again.", EXIT.failed),
  CONSOLE_RATE: entry(
    "rate",
    "Too many requests in a short time.",
    "Nothing was changed by this request. Wait a minute, then try again.",
    EXIT.failed,
    true,
  ),
  INTERNAL: entry(
    "bug",
    "Something went wrong that should not: {reason}",
    "Yesterday's data stay published. Please report it with the code and the run id; `c360 resume` tries again.",
    EXIT.failed,
  ),
} as const satisfies Record<string, CatalogueEntry>;

/** A code of the catalogue. */
export type ErrorCode = keyof typeof ERRORS;

function entry(errorClass: ErrorClass, message: string, hint: string, exit: number, retryable = false): CatalogueEntry {
  return { class: errorClass, message, hint, retryable, exit };
}
