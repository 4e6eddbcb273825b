import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { Clock, Logger } from "#core";

/** A sign-in link works for this long. */
export const SIGN_IN_TTL_MS = 15 * 60_000;
/** A session ends after this long without a request... */
export const SESSION_IDLE_MS = 60 * 60_000;
/** ...and after this long in any case. */
export const SESSION_MAX_MS = 12 * 60 * 60_000;
/** How many acts `u` can take back, one after the other. */
const UNDO_DEPTH = 200;

/** Something the steward did in this session that `u` takes back. */
export type Act =
  | { readonly kind: "decision"; readonly decisionId: number; readonly taskId: string; readonly label: string }
  | { readonly kind: "skip"; readonly taskId: string; readonly label: string };

/** One signed-in browser. The session's secret itself is only in the browser's cookie. */
export interface Session {
  readonly idHash: string;
  /** Token that every POST must carry. */
  readonly csrf: string;
  readonly createdAt: number;
  lastSeenAt: number;
  readonly acts: Act[];
  /** Said once on the next page. */
  flash: string | null;
}

/** Sign-in links and sessions of one console process. */
export interface SessionStore {
  /** A new one-time token, 256 random bits. */
  issueToken(): string;
  /** Trades a token for a session; null when it is unknown, used or too old. */
  redeem(token: string): { readonly secret: string; readonly session: Session } | null;
  /** The living session of a cookie's secret, touched; null when there is none. */
  find(secret: string | undefined): Session | null;
  end(session: Session): void;
  /** Writes the sessions' hashes where a folder was given. */
  save(): void;
}

const savedSchema = z.array(z.object({ idHash: z.string().length(64), createdAt: z.number(), lastSeenAt: z.number() }));

/** Makes a session store; with a folder, sessions outlive the process (only hashes are written, mode 600). */
export function createSessionStore(options: {
  readonly clock: Clock;
  readonly log: Logger;
  readonly secretDir?: string;
}): SessionStore {
  const { clock } = options;
  const file = options.secretDir === undefined ? null : join(options.secretDir, "console-sessions.json");
  /** SHA-256 of the token -> when it ends. */
  const tokens = new Map<string, number>();
  const sessions = new Map<string, Session>();
  /** Sessions of an earlier process: known by hash only, until their browser comes back with the secret. */
  const saved = new Map(loadSaved(file, options.log).map((entry) => [entry.idHash, entry]));

  function save(): void {
    const living = [...sessions.values(), ...saved.values()].filter((entry) => alive(entry, clock.now()));
    if (file !== null) writeSaved(file, living, options.log);
  }

  return {
    issueToken: () => {
      const token = randomBytes(32).toString("base64url");
      tokens.set(hash(token), clock.now() + SIGN_IN_TTL_MS);
      return token;
    },
    redeem: (token) => {
      const found = takeToken(tokens, hash(token), clock.now());
      if (!found) return null;
      const secret = randomBytes(32).toString("base64url");
      const session = newSession(secret, clock.now(), clock.now());
      sessions.set(session.idHash, session);
      save();
      return { secret, session };
    },
    find: (secret) => {
      if (secret === undefined || secret === "") return null;
      const idHash = hash(secret);
      const earlier = saved.get(idHash);
      if (earlier !== undefined) {
        saved.delete(idHash);
        sessions.set(idHash, newSession(secret, earlier.createdAt, earlier.lastSeenAt));
      }
      const session = sessions.get(idHash);
      if (session === undefined) return null;
      if (!alive(session, clock.now())) {
        sessions.delete(idHash);
        return null;
      }
      session.lastSeenAt = clock.now();
      return session;
    },
    end: (session) => {
      sessions.delete(session.idHash);
      save();
    },
    save,
  };
}

/** Remembers an act for undo; the oldest falls out. */
export function remember(session: Session, act: Act): void {
  session.acts.push(act);
  if (session.acts.length > UNDO_DEPTH) session.acts.shift();
}

/** Compares two texts without telling by time where they differ. */
export function sameText(left: string, right: string): boolean {
  return timingSafeEqual(createHash("sha256").update(left).digest(), createHash("sha256").update(right).digest());
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function newSession(secret: string, createdAt: number, lastSeenAt: number): Session {
  const csrf = createHmac("sha256", secret).update("csrf").digest("base64url");
  return { idHash: hash(secret), csrf, createdAt, lastSeenAt, acts: [], flash: null };
}

function alive(entry: { readonly createdAt: number; readonly lastSeenAt: number }, now: number): boolean {
  return now - entry.lastSeenAt < SESSION_IDLE_MS && now - entry.createdAt < SESSION_MAX_MS;
}

/** Tokens are looked up by their hash, so the time of the look-up tells nothing of the token. */
function takeToken(tokens: Map<string, number>, tokenHash: string, now: number): boolean {
  const ends = tokens.get(tokenHash);
  tokens.delete(tokenHash);
  for (const [other, otherEnds] of tokens) if (otherEnds <= now) tokens.delete(other);
  return ends !== undefined && now < ends;
}

function writeSaved(file: string, entries: z.infer<typeof savedSchema>, log: Logger): void {
  const rows = entries.map(({ idHash, createdAt, lastSeenAt }) => ({ idHash, createdAt, lastSeenAt }));
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.new`, JSON.stringify(rows), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch (error) {
    // Sessions then end with the process; that is a nuisance, not a loss.
    log.warn({ reason: (error as NodeJS.ErrnoException).code ?? "unknown" }, "console sessions not saved");
  }
}

function loadSaved(file: string | null, log: Logger): z.infer<typeof savedSchema> {
  if (file === null) return [];
  try {
    return savedSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    // A missing file is the first start; a damaged one costs a new sign-in, nothing else.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT")
      log.warn({}, "console sessions not readable: sign in again");
    return [];
  }
}
