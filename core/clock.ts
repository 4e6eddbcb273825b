/** Where "now" comes from. Injected everywhere, so that a run can be replayed to the same bytes. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Waits without busy looping; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const timer = setTimeout(done, Math.max(0, ms));
      function done(): void {
        signal?.removeEventListener("abort", stop);
        resolve();
      }
      function stop(): void {
        clearTimeout(timer);
        reject(signal?.reason);
      }
      signal?.addEventListener("abort", stop, { once: true });
    }),
};

/** A clock that only moves when somebody sleeps on it: for tests of limits and waits. */
export function manualClock(start: number): Clock & { advance(ms: number): void } {
  let current = start;
  return {
    now: () => current,
    sleep: (ms) => {
      current += Math.max(0, ms);
      return Promise.resolve();
    },
    advance: (ms) => {
      current += ms;
    },
  };
}

/** A seeded source of numbers in [0, 1): mulberry32, the same sequence on every machine. */
export type Random = () => number;

/** Makes a seeded random source from an unsigned 32-bit seed. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** ISO 8601 in UTC with milliseconds, from a clock. */
export function isoNow(clock: Clock): string {
  return new Date(clock.now()).toISOString();
}
