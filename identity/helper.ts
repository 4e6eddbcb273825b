import type { CandidatePairs, KeyHashes } from "./candidates.ts";
import { fitKind, fitSettings, withKind } from "./fit.ts";
import type { ValueTables } from "./frequencies.ts";
import type { KindFit, KindWork } from "./fit.ts";
import type { Prepared } from "./prepare.ts";
import type { LinkageSettings } from "./settings.ts";
import { weighCandidates } from "./weigh.ts";
import type { Weighed } from "./weigh.ts";

/**
 * Another thread that holds the same records and does part of the work. What it gives is what this thread would give, so
 * that the result is the same with and without it.
 */
export interface LinkHelper {
  /**
   * Hands it all records, in order and before they share names with each other; once, before anything is asked. `places`
   * are the positions of the records in the list that was given.
   */
  take(records: readonly Prepared[], places: readonly number[]): void;
  /** Counts the names that share a value. */
  shared(): Promise<ValueTables>;
  /** Hashes of the keys of all records. */
  keys(): Promise<KeyHashes>;
  /** Fits one kind of pairs. */
  fit(settings: LinkageSettings, work: KindWork): Promise<KindFit>;
  /** Weighs pairs. */
  weigh(settings: LinkageSettings, pairs: CandidatePairs): Promise<Weighed>;
}

/** Work in other hands: where it fails before anybody waits for it, it is told when somebody does. */
export function begun<T>(work: Promise<T> | undefined): Promise<T> | undefined {
  work?.catch(() => undefined);
  return work;
}

/** Work that was done, or can be done, outside this thread. */
export interface OtherHands {
  /** Records of the list that are prepared already, by position; null where one is still to be prepared. */
  readonly prepared?: readonly (Prepared | null)[];
  readonly helper?: LinkHelper;
}

/** What a fit looks at. */
interface FitWork {
  readonly records: readonly Prepared[];
  readonly pairs: CandidatePairs;
  readonly seed: number;
}

/** Fits settings as {@link fitSettings} does, one kind of pairs in the helper. */
export async function fitTogether(
  settings: LinkageSettings,
  { records, pairs, seed }: FitWork,
  helper: LinkHelper | undefined,
): Promise<LinkageSettings> {
  if (helper === undefined) return fitSettings(settings, records, pairs, seed);
  const asked = helper.fit(settings, { pairs, kind: "organisation", seed });
  const own = (["person", "item"] as const).map(
    (kind) => [kind, fitKind(settings, records, { pairs, kind, seed })] as const,
  );
  const fitted = withKind(settings, "organisation", await asked);
  return own.reduce((next, [kind, fit]) => withKind(next, kind, fit), fitted);
}

/** Weighs pairs as {@link weighCandidates} does, half of them in the helper. */
export async function weighTogether(
  settings: LinkageSettings,
  records: readonly Prepared[],
  pairs: CandidatePairs,
  helper: LinkHelper | undefined,
): Promise<Weighed> {
  if (helper === undefined) return weighCandidates(settings, records, pairs);
  const half = pairs.left.length >> 1;
  const part = (from: number, to?: number): CandidatePairs => ({
    left: pairs.left.slice(from, to),
    right: pairs.right.slice(from, to),
  });
  const asked = helper.weigh(settings, part(half));
  const own = weighCandidates(settings, records, part(0, half));
  const other = await asked;
  const weight = new Float64Array(pairs.left.length);
  const kind = new Int8Array(pairs.left.length);
  for (const [{ pairs: some }, from] of [
    [own, 0],
    [other, half],
  ] as const) {
    weight.set(some.weight, from);
    kind.set(some.kind, from);
  }
  return {
    pairs: { left: pairs.left, right: pairs.right, weight, kind },
    relations: [...own.relations, ...other.relations],
  };
}
