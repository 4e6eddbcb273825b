import type { Clock, Random } from "#core";

/** How often something may be asked: `burst` at once, then `perMinute` spread evenly. */
export interface Pace {
  readonly perMinute: number;
  readonly burst: number;
  /** Share of the interval that is added at random, so that two readers do not march in step. */
  readonly jitter?: number;
}

/** The pace of a site that is scraped: one request every so many milliseconds. */
export function everyMs(ms: number): Pace {
  return { perMinute: ms <= 0 ? Number.POSITIVE_INFINITY : 60_000 / ms, burst: 1, jitter: 0.1 };
}

interface Bucket {
  /** Earliest time of the next request if no burst were allowed (generic cell rate algorithm). */
  due: number;
}

/** Buckets of all clients of one clock: two accounts of one host share the host's pace. */
const shared = new WeakMap<Clock, Map<string, Bucket>>();

/** Waits until a request under this key keeps the pace. Requests are let through in the order in which they ask. */
export async function waitForPace(
  key: string,
  pace: Pace,
  tools: { readonly clock: Clock; readonly random: Random; readonly signal: AbortSignal },
): Promise<void> {
  if (!Number.isFinite(pace.perMinute)) return;
  const buckets = shared.get(tools.clock) ?? new Map<string, Bucket>();
  shared.set(tools.clock, buckets);
  const interval = 60_000 / pace.perMinute;
  const bucket = buckets.get(key) ?? { due: 0 };
  buckets.set(key, bucket);
  const now = tools.clock.now();
  const tolerance = interval * (pace.burst - 1);
  const at = Math.max(now, bucket.due - tolerance);
  bucket.due = Math.max(bucket.due, at) + interval * (1 + (pace.jitter ?? 0) * tools.random());
  if (at > now) await tools.clock.sleep(at - now, tools.signal);
}

/** Milliseconds that a Retry-After header asks for (seconds or HTTP date), or null when it says nothing readable. */
export function retryAfterMs(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  const text = header.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

/** Full jitter: anything between nothing and `base * 2^attempt`, capped. `attempt` counts from 0. */
export function backoffMs(attempt: number, random: Random, base = 1000, cap = 64_000): number {
  return random() * Math.min(cap, base * 2 ** attempt);
}

/** Leaves a host alone for a while after several failures in a row. */
export interface Breaker {
  /** Milliseconds until the host may be asked again; 0 when it may now. */
  closedFor(): number;
  succeeded(): void;
  failed(): void;
}

/** Opens after `threshold` failures in a row, for `coolMs`; then one request may try. */
export function createBreaker(clock: Clock, threshold = 3, coolMs = 60_000): Breaker {
  let failures = 0;
  let openUntil = 0;
  return {
    closedFor: () => Math.max(0, openUntil - clock.now()),
    succeeded: () => {
      failures = 0;
    },
    failed: () => {
      failures += 1;
      if (failures >= threshold) openUntil = clock.now() + coolMs;
    },
  };
}
