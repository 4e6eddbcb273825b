import { SAMPLE_DAY } from "../world/calendar.ts";
import type { World } from "../world/world.ts";

/** What the vendors share: the world, the sample's day, and the secrets that change hands. */
export interface Sample {
  readonly world: World;
  /** Days after the sample day. */
  day: number;
  /** Throttle answers ask to wait 0 s, and quotas refill in a second: for tests. */
  readonly fast: boolean;
  readonly state: SampleState;
  /** Keeps the state in the sample's folder. */
  save(): void;
}

/** What survives a restart, beside the day. */
export interface SampleState {
  readonly ports: Record<string, number>;
  refreshToken: string;
  /** How often the refresh token was rotated. */
  rotations: number;
}

/** Day number of the sample's "today". */
export function today(sample: Sample): number {
  return SAMPLE_DAY + sample.day;
}

/** The sample's clock stands at 21:00 in Jamaica, after the day's last document. */
export const CLOSING_MINUTE = 21 * 60;
