import type { Clock, Database, LogAppend, LogMessage, Logger, SqlClient } from "#core";

/** What a stage is lent for one batch. */
export interface StageTools {
  readonly db: Database;
  /** The transaction that also commits the offset: every effect goes through it. */
  readonly tx: SqlClient;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * One step of the flow: reads topics, writes its effects inside the transaction that it is lent, and answers with
 * messages for later stages. It may be called again with the same messages; it throws when one of them is beyond it.
 */
export interface Stage {
  readonly name: string;
  /** Exact names, or a prefix ending in `*`. */
  readonly topics: readonly string[];
  handle(messages: readonly LogMessage[], tools: StageTools): Promise<readonly LogAppend[]>;
}
