import { exp2 } from "./bits.ts";
import { clusterRecords } from "./cluster.ts";
import type { Partition } from "./cluster.ts";
import { spellsName } from "./comparisons/contact.ts";
import type { CompareContext } from "./comparisons/context.ts";
import { bearOtherNames, dateLevel } from "./comparisons/person.ts";
import { isIn } from "./comparisons/strings.ts";
import { frequencies } from "./frequencies.ts";
import type { Abstention, AutoPolicy, Estimate } from "./link-types.ts";
import { lexiconIndex } from "./lexicon.ts";
import type { ClusterRules } from "./linkage-tree.ts";
import type { Prepared } from "./prepare.ts";
import { PAIR_KINDS } from "./settings.ts";
import type { LinkageSettings, PairKind } from "./settings.ts";
import type { WeighedPairs } from "./weigh.ts";
import { calibratedColumn, probabilityOf } from "./weights.ts";

/** Steps of a bit in which pairs are counted. */
const STEPS = 8;
/** Weights above this many bits are counted as this. */
const TOP = 32;
/** Part of a fitted weight that holds: what the fit has never seen makes it promise too much. */
const HOLDS = 0.96;
/**
 * Part of the wrong pairs expected by their own weights that is left where three or more make a group: the others bear
 * witness as well.
 */
const WITNESSED = 0.5;
/** Wrong pairs reckoned with beside those that the probabilities expect. */
const UNFORESEEN = 0.2;
/** A weight below this between two records keeps their clusters apart, bits. */
const AGAINST = 0;
/**
 * Shares of persons that are two although they look like one, by what they agree in; no weight tells them apart, however
 * rare the name and the street are.
 */
const DOUBTS = {
  /** Nothing of their own: father and son, or cousins, at one door. */
  nothingOwn: 0.0025,
  /** Nothing to compare but the name and a place or handle: namesakes of one town, or of one handle. */
  nameOnly: 0.05,
  /** A mailbox named as they are: the name was known already. */
  namedMailbox: 0.001,
  /** Such a mailbox, and other telephone numbers. */
  otherPhone: 0.01,
  /** A row that may be a firm's beside its owner's. */
  unknownType: 0.05,
  /** A generation mark ("Jr") on one of them only, and no mailbox of their own in common: the other may be the father. */
  oneMark: 0.25,
  /** Given names that are no spelling of each other: a couple shares a mailbox, a telephone and a door. */
  otherGiven: 0.25,
};
/** Pairs of fewer bits than this are never merged unattended by themselves: what they agree in is not looked at. */
const LOOKED_AT = 1;
/** Different names that a value of one customer may go by. */
const OWN_NAMES = 3;

/** What pairs are worth where they are to be merged unattended. */
export interface AutoBits {
  /** Calibrated bits. */
  readonly whole: Float64Array;
  /** The same, less what relatives of one name make doubtful, of pairs within a cluster. */
  readonly sure: Float64Array;
}

/** Bits on which unattended merges are decided. */
export function autoBits(
  pairs: WeighedPairs,
  records: readonly Prepared[],
  { anchor }: Partition,
  settings: LinkageSettings,
): AutoBits {
  const whole = calibratedColumn(pairs, settings);
  const sure = whole.slice();
  const context = {
    lexicon: lexiconIndex(settings.lexicon),
    frequencies: frequencies(settings),
    severalSources: false,
  };
  for (let row = 0; row < sure.length; row += 1) {
    const bits = whole[row] ?? 0;
    if (pairs.kind[row] !== PERSONS || bits < LOOKED_AT) continue;
    const [left, right] = [pairs.left[row] ?? 0, pairs.right[row] ?? 0];
    const [a, b] = [records[left], records[right]];
    if (anchor[left] !== anchor[right] || a === undefined || b === undefined) continue;
    const doubt = doubtOf(a, b, context);
    if (doubt === 0) continue;
    const probability = (1 - doubt) / (1 + exp2(-bits));
    sure[row] = Math.log2(probability / (1 - probability));
  }
  return { whole, sure };
}

const PERSONS = PAIR_KINDS.indexOf("person");

function doubtOf(a: Prepared, b: Prepared, context: CompareContext): number {
  if (a.type !== b.type) return DOUBTS.unknownType;
  if (a.birth !== "" && b.birth !== "") {
    const level = dateLevel(a.birth, b.birth);
    if (level === 0) return 0;
    // A couple, and brothers, may be of one year.
    if (level === 1) return bearOtherNames(a, b, context) ? DOUBTS.otherGiven : 0;
  }
  for (const id of a.ids) if (isIn(b.ids, id)) return 0;
  if (bearOtherNames(a, b, context)) return DOUBTS.otherGiven;
  const mailbox = sharedMailbox(a, b, context);
  if (mailbox === "own") return 0;
  if (mailbox === "none") {
    if (a.generation !== b.generation) return DOUBTS.oneMark;
    return isNameOnly(a, b) ? DOUBTS.nameOnly : DOUBTS.nothingOwn;
  }
  return a.phones.some((phone) => isIn(b.phones, phone)) || a.phones.length === 0 || b.phones.length === 0
    ? DOUBTS.namedMailbox
    : DOUBTS.otherPhone;
}

// A mailbox that two share and hardly anybody else: one of their own, or one that is only called as they are.
function sharedMailbox(a: Prepared, b: Prepared, context: CompareContext): "own" | "named" | "none" {
  let found: "named" | "none" = "none";
  for (const email of a.emails) {
    if (!isIn(b.emails, email) || context.frequencies.count("email", email) > OWN_NAMES) continue;
    if (!spellsName(email, a) && !spellsName(email, b)) return "own";
    found = "named";
  }
  return found;
}

// True where no telephone, mailbox, street or date of birth can be compared.
function isNameOnly(a: Prepared, b: Prepared): boolean {
  return (
    (a.phones.length === 0 || b.phones.length === 0) &&
    (a.emails.length === 0 || b.emails.length === 0) &&
    (a.street === "" || b.street === "") &&
    (a.birth === "" || b.birth === "")
  );
}

interface Bands {
  /** Pairs by weight: one band for each step from 0 up. */
  readonly pairs: Float64Array;
  /** Pairs expected to be wrong, by band. */
  readonly wrong: Float64Array;
  readonly truths: number;
}

/** Chooses, for each kind of pairs, the least probability at which unattended merges keep the asked precision. */
export function choosePolicies(
  pairs: WeighedPairs,
  bits: AutoBits,
  { anchor }: Partition,
  settings: LinkageSettings,
  precision: number,
): { readonly policies: readonly AutoPolicy[]; readonly abstentions: readonly Abstention[] } {
  const abstentions: Abstention[] = [];
  const policies = PAIR_KINDS.map((kind, number): AutoPolicy => {
    const bands = countBands(pairs, bits, number, anchor);
    const chosen = chooseBand(bands, precision);
    const none = { kind, threshold: null, pairs: 0, expectedPrecision: null, expectedRecall: null };
    if (chosen !== null) return policyOf(kind, bands, chosen, settings);
    const seen = bands.pairs.reduce((sum, count) => sum + count, 0);
    if (seen > 0) abstentions.push({ kind, reason: reasonOf(seen, precision) });
    return none;
  });
  return { policies, abstentions };
}

function reasonOf(seen: number, precision: number): string {
  return (
    `I cannot tell on these data: of ${seen} likely pairs no part can be merged with a precision of ${precision}. ` +
    "More fields in common, or answers to the first questions, would help."
  );
}

function countBands(pairs: WeighedPairs, { whole, sure }: AutoBits, kind: number, anchor: Int32Array): Bands {
  const counted = new Float64Array(TOP * STEPS + 1);
  const wrong = new Float64Array(TOP * STEPS + 1);
  const sizes = new Int32Array(anchor.length);
  for (const first of anchor) sizes[first] = (sizes[first] ?? 0) + 1;
  let truths = 0;
  for (let row = 0; row < pairs.weight.length; row += 1) {
    if (pairs.kind[row] !== kind) continue;
    const weight = whole[row] ?? 0;
    const likely = probabilityOf(weight, CAUTIOUS);
    truths += likely;
    if (weight < 0 || anchor[pairs.left[row] ?? 0] !== anchor[pairs.right[row] ?? 0]) continue;
    const bits = Math.max(0, sure[row] ?? 0);
    const band = Math.min(TOP * STEPS, Math.floor(bits * STEPS));
    counted[band] = (counted[band] ?? 0) + 1;
    const own = 1 - likely;
    const part = (sizes[anchor[pairs.left[row] ?? 0] ?? 0] ?? 0) > 2 ? WITNESSED : 1;
    wrong[band] = (wrong[band] ?? 0) + part * own + Math.max(0, 1 - probabilityOf(bits, CAUTIOUS) - own);
  }
  return { pairs: counted, wrong, truths };
}

const CAUTIOUS = { scale: HOLDS, shift: 0 };

function chooseBand(bands: Bands, precision: number): number | null {
  let count = 0;
  let wrong = UNFORESEEN;
  let chosen: number | null = null;
  for (let band = bands.pairs.length - 1; band >= STEPS; band -= 1) {
    count += bands.pairs[band] ?? 0;
    wrong += bands.wrong[band] ?? 0;
    if (count > 0 && (bands.pairs[band] ?? 0) > 0 && wrong <= (1 - precision) * count) chosen = band;
  }
  return chosen;
}

function policyOf(kind: PairKind, bands: Bands, band: number, settings: LinkageSettings): AutoPolicy {
  let count = 0;
  let wrong = 0;
  for (let at = band; at < bands.pairs.length; at += 1) {
    count += bands.pairs[at] ?? 0;
    wrong += bands.wrong[at] ?? 0;
  }
  return {
    kind,
    // Through the probability and back, so that rounding never lets a pair in that was not counted.
    threshold: probabilityOf(band / STEPS, NEUTRAL),
    pairs: count,
    expectedPrecision: interval(1 - wrong / count, count),
    expectedRecall: interval(
      Math.min(1, (count - wrong) / Math.max(1, bands.truths)),
      settings.frequencies?.records ?? 1,
    ),
  };
}

const NEUTRAL = { scale: 1, shift: 0 };

// Wilson's interval at 95%.
function interval(value: number, size: number): Estimate {
  const z = 1.96;
  const middle = (value + z ** 2 / (2 * size)) / (1 + z ** 2 / size);
  const half = (z * Math.sqrt((value * (1 - value)) / size + z ** 2 / (4 * size ** 2))) / (1 + z ** 2 / size);
  const round = (number: number): number => Math.round(Math.max(0, Math.min(1, number)) * 1e6) / 1e6;
  return { value: round(value), low: round(middle - half), high: round(middle + half) };
}

/** Bits above 0 of a pair over its kind's threshold, or far below where its kind is not merged unattended. */
const NEVER = -60;

/** Clusters what can be merged unattended under the thresholds of the settings: parts of the most probable clusters. */
export function autoPartition(
  pairs: WeighedPairs,
  { sure }: AutoBits,
  { anchor }: Partition,
  rules: ClusterRules,
  settings: LinkageSettings,
): Partition {
  const least = PAIR_KINDS.map((kind) => {
    const threshold = settings.thresholds.auto[kind];
    return threshold === null ? Infinity : -Math.log2(1 / Math.min(threshold, 1 - 1e-15) - 1);
  });
  const weight = new Float64Array(pairs.weight.length);
  for (let row = 0; row < weight.length; row += 1) {
    const number = pairs.kind[row] ?? -1;
    const bar = number < 0 ? Infinity : (least[number] ?? Infinity);
    const isApart = anchor[pairs.left[row] ?? 0] !== anchor[pairs.right[row] ?? 0];
    if (bar === Infinity || isApart) {
      weight[row] = NEVER;
      continue;
    }
    const bits = sure[row] ?? 0;
    weight[row] = bits < AGAINST ? NEVER : bits - bar + 1e-9;
  }
  return clusterRecords(anchor.length, { left: pairs.left, right: pairs.right, weight }, rules, {
    ...settings,
    thresholds: { ...settings.thresholds, cluster: 0 },
    limits: { ...settings.limits, unscored: UNSCORED, floor: NEVER, ceiling: 10 },
  });
}

/** Bits for two records of one cluster that were never compared: others must speak for them. */
const UNSCORED = -5;
