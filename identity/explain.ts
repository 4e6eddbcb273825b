import type { EvidenceTerm, LinkPair, LinkRecord, MatchDecision } from "./link-types.ts";
import type { Prepared } from "./prepare.ts";
import { prepareRecord } from "./prepare.ts";
import type { LinkageSettings } from "./settings.ts";
import { comparePair, compileScorer, pairKind, pairOutcome, probabilityOf, weighPair } from "./weights.ts";
import type { PairOutcome, PairWeight, Scorer } from "./weights.ts";

/** Whether a probability makes a link. */
export function decide(probability: number, settings: LinkageSettings): MatchDecision {
  if (probability >= settings.thresholds.link) return "link";
  return probability >= settings.thresholds.possible ? "possible_link" : "non_link";
}

/** The evidence of a compared pair: terms in words whose weights add up to the pair's weight. */
export function evidenceOf(
  scorer: Scorer,
  outcome: PairOutcome,
  weight: PairWeight,
  settings: LinkageSettings,
): EvidenceTerm[] {
  const terms: EvidenceTerm[] = [
    {
      field: "rate",
      level: "prior",
      left: "",
      right: "",
      weight: scorer.rate,
      words: `Two ${scorer.kind === "person" ? "persons" : "firms"} picked at random are seldom the same one (about 1 pair in ${Math.round(2 ** -scorer.rate)}).`,
    },
  ];
  for (const [at, field] of scorer.names.entries()) {
    const level = outcome.levels[at] ?? -1;
    if (level < 0) continue;
    const name = settings.models[scorer.kind].comparisons[at]?.levels[level]?.name ?? "";
    const chance = outcome.chance[at] ?? 0;
    const bits = (scorer.m[at]?.[level] ?? 0) - chance;
    const left = outcome.left[at] ?? "";
    const right = outcome.right[at] ?? "";
    terms.push({
      field,
      level: name,
      left,
      right,
      weight: bits,
      chance: 2 ** chance,
      words: phrase(field, name, bits, chance),
    });
  }
  if (weight.shared < -0.005) {
    const name = scorer.relatedNames[weight.sharedClass] ?? "relation";
    terms.push({
      field: "relation",
      level: name,
      left: "",
      right: "",
      weight: weight.shared,
      words: `What they share would also fit two different customers (${name}).`,
    });
  }
  const rest = weight.weight - terms.reduce((sum, term) => sum + term.weight, 0);
  const first = terms[0];
  // What is below the line of showing, and rounding, stays with the prior, so that the sum is exact.
  if (first !== undefined && rest !== 0) terms[0] = { ...first, weight: first.weight + rest };
  return terms;
}

function phrase(field: string, level: string, bits: number, chance: number): string {
  const name = field.charAt(0).toUpperCase() + field.slice(1);
  const rarity = bits > 0 && chance < -3 ? `; by chance about 1 pair in ${Math.round(2 ** -chance)} would` : "";
  const effect = bits >= 0.05 ? "speaks for one customer" : bits <= -0.05 ? "speaks for two" : "says little";
  return `${name}: ${level}. This ${effect}${rarity}.`;
}

/**
 * Weighs any two records by the settings, also two that were never compared. A person and a firm, or a record that is
 * no customer, give a non-link whose only term says so. The order of the two does not matter.
 */
export function explainPair(left: LinkRecord, right: LinkRecord, settings: LinkageSettings): LinkPair {
  const [first, second] = left.key <= right.key ? [left, right] : [right, left];
  const a = prepareRecord(first, settings.lexicon);
  const b = prepareRecord(second, settings.lexicon);
  return explainPrepared(a, b, settings);
}

/** {@link explainPair} for records that are prepared already, smaller key first. */
export function explainPrepared(
  a: Prepared,
  b: Prepared,
  settings: LinkageSettings,
  scorers?: Partial<Record<string, Scorer>>,
): LinkPair {
  const kind = pairKind(a, b);
  if (kind === null) {
    const why =
      a.type === "none" || b.type === "none"
        ? "One of the two stands for nobody in particular."
        : "One is a person, the other a firm: they can be related, never the same.";
    const term = {
      field: "type",
      level: "different",
      left: a.type,
      right: b.type,
      weight: settings.limits.floor * 4,
      words: why,
    };
    return {
      left: a.key,
      right: b.key,
      kind: "organisation",
      weight: term.weight,
      probability: probabilityOf(term.weight, { scale: 1, shift: 0 }),
      decision: "non_link",
      evidence: [term],
    };
  }
  const scorer = scorers?.[kind] ?? compileScorer(settings, kind);
  const outcome = pairOutcome(scorer);
  comparePair(scorer, a, b, outcome);
  const weight = weighPair(scorer, outcome);
  const probability = probabilityOf(weight.weight, settings.calibration[kind]);
  return {
    left: a.key,
    right: b.key,
    kind,
    weight: weight.weight,
    probability,
    decision: decide(probability, settings),
    evidence: evidenceOf(scorer, outcome, weight, settings),
  };
}
