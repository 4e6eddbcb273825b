import type { CandidatePairs } from "./candidates.ts";
import { decide, evidenceOf } from "./explain.ts";
import { frequencies } from "./frequencies.ts";
import type { ComparedPairs, EvidenceTerm, LinkPair, LinkRelation, MatchDecision } from "./link-types.ts";
import type { Prepared } from "./prepare.ts";
import { ownerRelation, relationOfPair } from "./relations.ts";
import { saidBits } from "./said.ts";
import { PAIR_KINDS } from "./settings.ts";
import type { LinkageSettings, PairKind } from "./settings.ts";
import {
  comparePair,
  compileScorer,
  kindPlace,
  kindTable,
  pairOutcome,
  probabilityOf,
  typeNumbers,
  weighPair,
  weighSaid,
  weightScratch,
} from "./weights.ts";
import type { PairOutcome, Scorer } from "./weights.ts";

/** Every candidate pair with its weight. */
export interface WeighedPairs {
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Bits. */
  readonly weight: Float64Array;
  /** Position of its kind in PAIR_KINDS, or -1 for two that can only be related. */
  readonly kind: Int8Array;
}

/** Weighed pairs with what their weights are worth. */
export interface CalibratedPairs extends WeighedPairs {
  /** log2 of the odds that the two are one customer. */
  readonly bits: Float64Array;
}

/** Probability of a calibrated pair. */
export function pairProbability({ bits }: { readonly bits: Float64Array }, row: number): number {
  return probabilityOf(bits[row] ?? 0, NEUTRAL);
}

/** The calibration of bits that are calibrated already. */
export const NEUTRAL = { scale: 1, shift: 0 };

/** A weighed run over candidates. */
export interface Weighed {
  readonly pairs: WeighedPairs;
  readonly relations: readonly LinkRelation[];
}

/** A scorer for each kind. */
export type Scorers = Readonly<Record<PairKind, Scorer>>;

/** Compiles a scorer for each kind of pair. */
export function compileScorers(settings: LinkageSettings): Scorers {
  return {
    person: compileScorer(settings, "person"),
    organisation: compileScorer(settings, "organisation"),
    item: compileScorer(settings, "item"),
  };
}

/** What pairs of a person and a firm weigh: they are never one customer. */
const NEVER = -100;

/** Weighs every candidate pair and notes the relations that they show. */
export function weighCandidates(
  settings: LinkageSettings,
  records: readonly Prepared[],
  candidates: CandidatePairs,
): Weighed {
  const scorers = compileScorers(settings);
  const ordered = PAIR_KINDS.map((kind) => scorers[kind]);
  const scratches = ordered.map(weightScratch);
  const said = PAIR_KINDS.map((kind) => saidBits(scorers[kind], records));
  const [types, table] = [typeNumbers(records), kindTable()];
  const rarity = frequencies(settings);
  const size = candidates.left.length;
  const weight = new Float64Array(size).fill(NEVER);
  const kinds = new Int8Array(size).fill(-1);
  const relations: LinkRelation[] = [];
  for (let row = 0; row < size; row += 1) {
    const left = candidates.left[row] ?? 0;
    const right = candidates.right[row] ?? 0;
    const a = records[left];
    const b = records[right];
    if (a === undefined || b === undefined) continue;
    const number = table[kindPlace(types, left, right)] ?? -1;
    // Looked at first: an array that is asked for its place -1 takes its time.
    if (number < 0) {
      const owned =
        a.type === "person" && b.type === "organisation"
          ? ownerRelation(a, b, rarity)
          : a.type === "organisation" && b.type === "person"
            ? ownerRelation(b, a, rarity)
            : null;
      if (owned !== null) relations.push(owned);
      continue;
    }
    const [scorer, found, bits] = [ordered[number], scratches[number], said[number]];
    if (scorer === undefined || found === undefined) continue;
    weighSaid(scorer, a, b, (bits?.[left] ?? -1) & (bits?.[right] ?? -1), found);
    weight[row] = found.weight;
    kinds[row] = number;
    const relation = relationOfPair(a, b, found, scorer);
    if (relation !== null) relations.push(relation);
  }
  return { pairs: { left: candidates.left, right: candidates.right, weight, kind: kinds }, relations };
}

function outcomesFor(scorers: Scorers): Record<PairKind, PairOutcome> {
  return {
    person: pairOutcome(scorers.person),
    organisation: pairOutcome(scorers.organisation),
    item: pairOutcome(scorers.item),
  };
}

/** How many pairs are links, and how many perhaps. */
export function countDecisions(
  pairs: CalibratedPairs,
  settings: LinkageSettings,
): { readonly links: number; readonly possibleLinks: number } {
  const least = leastBits(settings);
  let [links, possibleLinks] = [0, 0];
  for (let row = 0; row < pairs.bits.length; row += 1) {
    if ((pairs.bits[row] ?? 0) < least || (pairs.kind[row] ?? -1) < 0) continue;
    const decision = decide(pairProbability(pairs, row), settings);
    if (decision === "link") links += 1;
    else if (decision === "possible_link") possibleLinks += 1;
  }
  return { links, possibleLinks };
}

/** Bits below which a pair is certainly no link, so that most pairs need no probability. */
function leastBits({ thresholds }: LinkageSettings): number {
  const least = Math.min(thresholds.link, thresholds.possible);
  return Math.log2(least / (1 - least)) - 0.001;
}

/** Links and possible links, their evidence worked out when it is read. */
export function linkPairs(
  settings: LinkageSettings,
  records: readonly Prepared[],
  pairs: CalibratedPairs,
): readonly LinkPair[] {
  const scorers = compileScorers(settings);
  const outcomes = outcomesFor(scorers);
  const found: LinkPair[] = [];
  const least = leastBits(settings);
  for (let row = 0; row < pairs.left.length; row += 1) {
    if ((pairs.bits[row] ?? 0) < least) continue;
    const kind = PAIR_KINDS[pairs.kind[row] ?? -1];
    if (kind === undefined) continue;
    const weight = pairs.weight[row] ?? 0;
    const probability = pairProbability(pairs, row);
    const decision = decide(probability, settings);
    if (decision === "non_link") continue;
    const [a, b] = [records[pairs.left[row] ?? 0], records[pairs.right[row] ?? 0]];
    if (a === undefined || b === undefined) continue;
    found.push(
      new WeighedPair({ left: a.key, right: b.key, kind, weight, probability, decision }, () => {
        const scorer = scorers[kind];
        comparePair(scorer, a, b, outcomes[kind]);
        return evidenceOf(scorer, outcomes[kind], weighPair(scorer, outcomes[kind]), settings);
      }),
    );
  }
  return found;
}

/** Every pair compared, in order: weight in bits, calibrated probability and decision. */
export function* decidedPairs(
  pairs: ComparedPairs,
  settings: LinkageSettings,
): Generator<Omit<LinkPair, "evidence" | "kind">> {
  for (let row = 0; row < pairs.left.length; row += 1) {
    const kind = PAIR_KINDS[pairs.kind[row] ?? -1];
    const weight = pairs.weight[row] ?? 0;
    const probability = kind === undefined ? 0 : pairProbability(pairs, row);
    const [left, right] = [pairs.keys[pairs.left[row] ?? 0] ?? "", pairs.keys[pairs.right[row] ?? 0] ?? ""];
    yield { left, right, weight, probability, decision: decide(probability, settings) };
  }
}

// A million pairs with a dozen terms each would fill the memory: evidence is made again for each pair that is asked for.
class WeighedPair implements LinkPair {
  readonly left: string;
  readonly right: string;
  readonly kind: PairKind;
  readonly weight: number;
  readonly probability: number;
  readonly decision: MatchDecision;
  readonly #explain: () => readonly EvidenceTerm[];

  constructor(pair: Omit<LinkPair, "evidence">, explain: () => readonly EvidenceTerm[]) {
    this.left = pair.left;
    this.right = pair.right;
    this.kind = pair.kind;
    this.weight = pair.weight;
    this.probability = pair.probability;
    this.decision = pair.decision;
    this.#explain = explain;
  }

  get evidence(): readonly EvidenceTerm[] {
    return this.#explain();
  }
}
