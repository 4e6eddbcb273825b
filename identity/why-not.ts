import { decide, explainPrepared } from "./explain.ts";
import { blockingKeys, hashedKeys } from "./keys.ts";
import type { LinkPair, LinkRecord } from "./link-types.ts";
import type { LiveIndex } from "./live-index.ts";
import { PairScorer } from "./live-partition.ts";
import type { Prepared } from "./prepare.ts";
import type { LinkageSettings, PairKind } from "./settings.ts";
import { probabilityOf } from "./weights.ts";

/** A value by which records may meet. */
export interface MeetingKey {
  /** What kind of value it is, in words. */
  readonly kind: string;
  readonly value: string;
  /** Records that bear it. */
  readonly records: number;
  /** False where so many bear it that it makes no pairs. */
  readonly usable: boolean;
}

/** Fields of one record that, put into the other, would make the two one customer. */
export interface JoiningChange {
  readonly fields: readonly string[];
  /** Weight with the change, bits. */
  readonly weight: number;
  readonly words: string;
}

/** Why two records are, or are not, one customer. */
export interface PairExplanation {
  readonly left: string;
  readonly right: string;
  /** True where the two stand in one cluster. */
  readonly together: boolean;
  /** True where the run compared them. */
  readonly compared: boolean;
  /** The pair as it weighs, compared or not; its terms add up to the weight. */
  readonly pair: LinkPair;
  /** Bits that two records by themselves need to join. */
  readonly needed: number;
  readonly shared: readonly MeetingKey[];
  /** Keys that only one of the two has. */
  readonly missedLeft: readonly MeetingKey[];
  readonly missedRight: readonly MeetingKey[];
  /** The smallest change found that would join them; null where they join as they are or nothing would. */
  readonly change: JoiningChange | null;
  /** The finding in one sentence. */
  readonly verdict: string;
}

const KINDS: Readonly<Record<string, string>> = {
  p: "phone",
  p7: "phone without area code",
  e: "e-mail",
  eb: "mailbox name",
  a: "name or alias in one word",
  h: "handle",
  d: "domain",
  t: "number",
  s: "house and street",
  s2: "house, street sound and town",
  sp: "house and postcode",
  sf: "street and family name",
  n: "full name",
  i: "name and initial",
  m: "sound of the name",
  mp: "sound of the name and town",
  w: "word of the name",
  wp: "word of the name and town",
  wz: "word of the name and postcode",
  ws: "sound of a word",
  wb: "two words of the name",
  b: "birth date",
  bi: "birth year and name",
  bj: "birthday and initial",
  f: "firm's name",
  fj: "start of the firm's name",
  fa: "initials of the firm's name",
  f2: "sound of the firm's name",
};

/**
 * Explains any two records of an index, also two that were never compared: the keys they met by and missed, the terms of
 * the weight, and the smallest change that would join them. Throws a RangeError for a key that is not in the index.
 */
export function explainRecords(
  index: LiveIndex,
  settings: LinkageSettings,
  left: string,
  right: string,
): PairExplanation {
  const [first, second] = left <= right ? [left, right] : [right, left];
  const [one, two] = [index.find(first), index.find(second)];
  if (one === undefined || two === undefined) throw new RangeError("both records must be in the index");
  const worth = index.compared(first, second);
  const alone = explainPrepared(one.prepared, two.prepared, settings);
  const together = index.clusterOf(first).includes(second);
  // As the run has it: among rivals a pair is worth less than by itself, in a group at least as much as the group.
  const probability =
    worth === null
      ? alone.probability
      : probabilityOf(Math.max(worth.bits, together ? joinedAt(index, first, second) : worth.bits), NEUTRAL);
  const pair = worth === null ? alone : { ...alone, probability, decision: decide(probability, settings) };
  const compared = worth !== null;
  const needed = neededBits(settings, pair.kind);
  const isOutdone = worth !== null && pair.weight > needed && worth.bits <= settings.thresholds.cluster;
  const rival = isOutdone ? index.rivalOf(first, second) : null;
  const keys = [keysOf(index, settings, one.prepared), keysOf(index, settings, two.prepared)] as const;
  const has = (list: readonly MeetingKey[], key: MeetingKey): boolean =>
    list.some(({ kind, value }) => kind === key.kind && value === key.value);
  const shared = keys[0].filter((key) => has(keys[1], key));
  const change = pair.weight > needed ? null : smallestChange(index, settings, one.record, two.record);
  return {
    left: first,
    right: second,
    together,
    compared,
    pair,
    needed,
    shared,
    missedLeft: keys[0].filter((key) => !has(keys[1], key)),
    missedRight: keys[1].filter((key) => !has(keys[0], key)),
    change,
    verdict: verdictOf({ together, compared, pair, needed, shared, change, rival }),
  };
}

function keysOf(index: LiveIndex, settings: LinkageSettings, prepared: Prepared): MeetingKey[] {
  const hashes: number[] = [];
  hashedKeys(prepared, hashes);
  const counts = new Map<string, number>();
  // Texts and hashes are visited in the same order, but texts only once each.
  const texts = blockingKeys(prepared);
  const distinct = [...new Set(hashes)];
  for (const [at, text] of texts.entries()) counts.set(text, index.bearers(distinct[at] ?? 0));
  return texts.map((text) => {
    const cut = text.indexOf(":");
    const records = counts.get(text) ?? 0;
    const kind = text.slice(0, cut);
    return {
      kind: KINDS[kind] ?? kind,
      value: text.slice(cut + 1),
      records,
      usable: records <= settings.limits.maxBlock,
    };
  });
}

const NEUTRAL = { scale: 1, shift: 0 };
/** Clusters beyond this size (rows that say exactly the same) are not taken apart for a single pair. */
const MOST_MERGED = 2000;

/** Average weight, in bits, of the merge that brought two records of one cluster together; far below where a word did. */
function joinedAt(index: LiveIndex, first: string, second: string): number {
  const members = index.clusterOf(first);
  if (members.length > MOST_MERGED) return -Infinity;
  const found = index
    .mergesOf(members)
    .find(
      ({ left, right }) =>
        (left.includes(first) && right.includes(second)) || (left.includes(second) && right.includes(first)),
    );
  return found?.average ?? -Infinity;
}

/** Bits before calibration that two records by themselves need to join. */
function neededBits({ thresholds, calibration }: LinkageSettings, kind: PairKind): number {
  const { scale, shift } = calibration[kind];
  // Without a sign of minus for nothing.
  return scale === 0 ? thresholds.cluster : (thresholds.cluster - shift) / scale + 0;
}

type Verdict = Pick<PairExplanation, "together" | "compared" | "pair" | "needed" | "shared" | "change"> & {
  /** The partner that outdoes the pair, or null. */
  readonly rival: string | null;
};

function verdictOf({ together, compared, pair, needed, shared, change, rival }: Verdict): string {
  const bits = `${pair.weight.toFixed(2)} bits (probability ${pair.probability.toFixed(4)})`;
  if (together) return `They are one cluster; by themselves they weigh ${bits}.`;
  const why = compared
    ? `They were compared and weigh ${bits}`
    : shared.length === 0
      ? `They were never compared, since they share no key; they would weigh ${bits}`
      : shared.some(({ usable }) => usable)
        ? `They share a key, but each has better candidates; they would weigh ${bits}`
        : `They were never compared: what they share is borne by too many records; they would weigh ${bits}`;
  if (rival !== null)
    return `${why}; that would be enough for two alone, but ${rival} stands in the same source, which holds everybody once, and fits as well or better.`;
  if (pair.weight > needed)
    return `${why}; that is enough for two alone, but the other records of their clusters speak against it, or a rule holds them apart.`;
  const rest = change === null ? "no change of one or two fields would join them" : change.words;
  return `${why}, ${(needed - pair.weight).toFixed(2)} bits short; ${rest}.`;
}

interface Change {
  readonly name: string;
  readonly apply: (from: LinkRecord, to: LinkRecord) => LinkRecord | null;
}

type Fields = Partial<LinkRecord>;

const isFilled = (value: unknown): boolean =>
  value !== null && value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0);

function change(name: string, read: (one: LinkRecord) => Fields): Change {
  return {
    name,
    apply: (from, to) => {
      const values = read(from);
      if (!Object.values(values).some(isFilled)) return null;
      return JSON.stringify(values) === JSON.stringify(read(to)) ? null : { ...to, ...values };
    },
  };
}

const CHANGES: readonly Change[] = [
  change("phone", ({ phones }) => ({ phones })),
  change("e-mail", ({ emails }) => ({ emails })),
  change("handle", ({ handles }) => ({ handles })),
  change("website", ({ website }) => ({ website })),
  change("birth date", ({ birthDate }) => ({ birthDate })),
  change("tax number", ({ taxId }) => ({ taxId })),
  change("given name", ({ givenName }) => ({ givenName })),
  change("family name", ({ familyName }) => ({ familyName })),
  change("name", ({ displayName, givenName, middleName, familyName, orgName, tradingAs }) => ({
    displayName,
    givenName,
    middleName,
    familyName,
    orgName,
    tradingAs,
  })),
  change("street", ({ street, unit }) => ({ street, unit })),
  change("address", ({ street, unit, locality, region, regionCode, postcode }) => ({
    street,
    unit,
    locality,
    region,
    regionCode,
    postcode,
  })),
  change("further fields", ({ extra }) => (extra === undefined ? {} : { extra })),
  change("kind of customer", ({ entityType, entityTypeProbability }) => ({ entityType, entityTypeProbability })),
];

interface Tried {
  readonly names: readonly string[];
  readonly weight: number;
}

/** One field, else two, of either record put into the other: of those that join, the one that adds least. */
function smallestChange(
  index: LiveIndex,
  settings: LinkageSettings,
  left: LinkRecord,
  right: LinkRecord,
): JoiningChange | null {
  const fixed = index.prepare(left);
  const scorer = new PairScorer(settings);
  const weigh = (record: LinkRecord): number => scorer.weigh(fixed, index.prepare(record)).weight;
  const least = neededBits(settings, scorer.weigh(fixed, index.prepare(right)).kind ?? "person");
  const tried = CHANGES.flatMap((one) => {
    const changed = one.apply(left, right);
    return changed === null ? [] : [{ one, changed, weight: weigh(changed) }];
  });
  const smallest = (list: readonly Tried[]): Tried | undefined =>
    list
      .filter(({ weight }) => weight > least)
      .sort((a, b) => a.weight - b.weight || (a.names.join() < b.names.join() ? -1 : 1))[0];
  const single = smallest(tried.map(({ one, weight }) => ({ names: [one.name], weight })));
  const found =
    single ??
    smallest(
      tried.flatMap(({ one, changed }, at) =>
        tried.slice(at + 1).flatMap(({ one: other }) => {
          const both = other.apply(left, changed);
          return both === null ? [] : [{ names: [one.name, other.name], weight: weigh(both) }];
        }),
      ),
    );
  if (found === undefined) return null;
  const fields = found.names.join(" and ");
  return {
    fields: found.names,
    weight: found.weight,
    words: `the same ${fields} in both would join them (${found.weight.toFixed(2)} bits)`,
  };
}
