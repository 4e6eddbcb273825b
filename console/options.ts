import type { Clock, Database, Logger } from "#core";

/** What the console needs from whoever starts it. */
export interface ConsoleOptions {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Logger;
  /** What the firm is called. */
  readonly workspaceName: string;
  /** ISO 4217 code of sums in the home currency. */
  readonly homeCurrency: string;
  /** IANA time zone in which times are shown, e.g. `America/Jamaica`. */
  readonly timeZone: string;
  /** Written beside every decision and audit row; default `steward`. */
  readonly steward?: string;
  /** Called after a decision or undo has been committed; its failure is logged, the decision stays. */
  readonly onDecision?: () => Promise<void>;
  /** Folder (made with mode 700) in which hashes of sessions are kept, so that a restart does not sign anybody out. */
  readonly secretDir?: string;
}

/** Options with a port, for a console that listens. */
export interface StartConsoleOptions extends ConsoleOptions {
  /** Port on 127.0.0.1; a free one is taken where absent or 0. */
  readonly port?: number;
}

/** A console that listens. */
export interface RunningConsole {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** One-time link: works once and for 15 minutes. */
  readonly signInUrl: string;
  readonly port: number;
  /** Makes a further one-time link. */
  newSignInUrl(): string;
  /** Stops listening and waits for what `onDecision` still does. */
  close(): Promise<void>;
}
