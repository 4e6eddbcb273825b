import type { EntityType } from "#core";
import { findCandidates } from "./candidates.ts";
import type { CandidatePairs } from "./candidates.ts";
import { clusterRecords } from "./cluster.ts";
import type { Partition, ScoredPairs } from "./cluster.ts";
import { settleConstraints } from "./constraints.ts";
import { fitModel, measureRandom } from "./estimate.ts";
import type { OutcomeTable } from "./estimate.ts";
import { decide, evidenceOf } from "./explain.ts";
import { countFrequencies, frequencies } from "./frequencies.ts";
import type {
  ClusterRow,
  LinkOptions,
  LinkPair,
  LinkPhase,
  LinkRecord,
  LinkRelation,
  LinkReport,
  LinkResult,
} from "./link-types.ts";
import { inferFamilies, prepareRecord } from "./prepare.ts";
import type { Prepared } from "./prepare.ts";
import { reviewQuestions } from "./questions.ts";
import { bestRelations, ownerRelation, relationOfPair, statedRelations } from "./relations.ts";
import { defaultSettings, EMPTY_LEXICON } from "./settings.ts";
import type { LinkageSettings, PairKind } from "./settings.ts";
import { comparePair, compileScorer, pairKind, pairOutcome, probabilityOf, weighPair } from "./weights.ts";
import type { Scorer } from "./weights.ts";
import { byText } from "./text.ts";

const KINDS: readonly PairKind[] = ["person", "organisation"];

/**
 * Links records of one or many sources: candidates in the analytical engine, weights in process, clusters by constrained
 * average linkage. The same records in any order give the same result. Throws what the engine throws.
 */
export async function linkRecords(options: LinkOptions): Promise<LinkResult> {
  const timer = phaseTimer(options);
  const records = [...options.records].sort((a, b) => byText(a.key, b.key));
  const start = options.settings ?? defaultSettings(options.pack ?? EMPTY_LEXICON);
  timer.start("prepare");
  const positions = new Map(records.map((record, at) => [record.key, at]));
  const prepared = records.map((record) => prepareRecord(namedByItself(record, positions), start.lexicon));
  inferFamilies(prepared);
  const isFitted = start.frequencies !== null;
  let settings: LinkageSettings = isFitted ? start : { ...start, frequencies: countFrequencies(prepared) };
  timer.start("candidates");
  const candidates = await findCandidates(prepared, options.engine, settings.limits);
  timer.start("estimate");
  if (!isFitted) settings = fitSettings(settings, prepared, candidates, options.seed);
  timer.start("compare");
  const weighed = weighCandidates(settings, prepared, candidates);
  timer.start("cluster");
  const rules = settleConstraints(records, options.constraints, positions);
  const types = Uint8Array.from(prepared, ({ type }) => (type === "person" ? 1 : type === "organisation" ? 2 : 0));
  const partition = clusterRecords(
    records.length,
    weighed.pairs,
    { must: rules.must, cannot: rules.cannot, types },
    settings,
  );
  const keys = records.map(({ key }) => key);
  const questions = reviewQuestions({ keys, pairs: weighed.pairs, partition, settings, settled: rules.settled });
  timer.start("relations");
  const anchorOf = (key: string): string => keys[partition.anchor[positions.get(key) ?? 0] ?? 0] ?? key;
  const relations = bestRelations([...weighed.relations, ...statedRelations(records)], anchorOf);
  timer.stop();
  const clusters = clusterRows(records, weighed.pairs, partition, settings);
  const report = reportOf(records, clusters, weighed.evidence, candidates.left.length, settings);
  return {
    clusters,
    pairs: weighed.evidence,
    questions,
    relations,
    settings,
    report: { ...report, seconds: timer.seconds, contradictions: rules.contradictions },
  };
}

/** A sub-customer is called after a job or a place ("Kitchen 3"): that name says nothing of who its customer is. */
function namedByItself(record: LinkRecord, positions: ReadonlyMap<string, number>): LinkRecord {
  if (!record.isJob || record.parentKey === null || !positions.has(record.parentKey)) return record;
  return {
    ...record,
    displayName: "",
    givenName: null,
    middleName: null,
    familyName: null,
    orgName: null,
    tradingAs: null,
  };
}

function phaseTimer(options: LinkOptions): {
  start(phase: LinkPhase): void;
  stop(): void;
  readonly seconds: Record<string, number>;
} {
  const seconds: Record<string, number> = {};
  let current: LinkPhase | null = null;
  let since = 0;
  const total = options.records.length;
  const stop = (): void => {
    if (current === null) return;
    if (options.now !== undefined) seconds[current] = (options.now() - since) / 1000;
    options.onProgress?.(current, total, total);
  };
  return {
    seconds,
    stop,
    start: (phase) => {
      stop();
      current = phase;
      since = options.now?.() ?? 0;
      options.onProgress?.(phase, 0, total);
    },
  };
}

function fitSettings(
  settings: LinkageSettings,
  records: readonly Prepared[],
  pairs: CandidatePairs,
  seed: number,
): LinkageSettings {
  let next = settings;
  for (const kind of KINDS) {
    const measured = measureRandom(records, next, kind, seed);
    next = { ...next, models: { ...next.models, [kind]: measured } };
    const scorer = compileScorer(next, kind);
    const table = outcomesOf(scorer, records, pairs);
    const size = records.filter(({ type }) => type === kind || type === "unknown").length;
    if (table.size > 0) next = { ...next, models: { ...next.models, [kind]: fitModel(measured, scorer, table, size) } };
  }
  return next;
}

function outcomesOf(scorer: Scorer, records: readonly Prepared[], pairs: CandidatePairs): OutcomeTable {
  const rows: number[] = [];
  for (let row = 0; row < pairs.left.length; row += 1) {
    const [a, b] = [records[pairs.left[row] ?? 0], records[pairs.right[row] ?? 0]];
    if (a !== undefined && b !== undefined && pairKind(a, b) === scorer.kind) rows.push(row);
  }
  // A steady share of the pairs is enough for the fit.
  const step = Math.max(1, Math.ceil(rows.length / 50_000));
  const chosen = rows.filter((_row, at) => at % step === 0);
  const width = scorer.names.length;
  const levels = new Int8Array(chosen.length * width);
  const chance = new Float32Array(chosen.length * width);
  const outcome = pairOutcome(scorer);
  for (const [at, row] of chosen.entries()) {
    const [a, b] = [records[pairs.left[row] ?? 0], records[pairs.right[row] ?? 0]];
    if (a === undefined || b === undefined) continue;
    comparePair(scorer, a, b, outcome);
    levels.set(outcome.levels, at * width);
    chance.set(outcome.chance, at * width);
  }
  return { size: chosen.length, width, levels, chance, scale: step };
}

interface Weighed {
  readonly pairs: ScoredPairs;
  readonly evidence: readonly LinkPair[];
  readonly relations: readonly LinkRelation[];
}

function weighCandidates(settings: LinkageSettings, records: readonly Prepared[], pairs: CandidatePairs): Weighed {
  const scorers = { person: compileScorer(settings, "person"), organisation: compileScorer(settings, "organisation") };
  const outcomes = { person: pairOutcome(scorers.person), organisation: pairOutcome(scorers.organisation) };
  const rarity = frequencies(settings.frequencies);
  const weight = new Float64Array(pairs.left.length);
  const evidence: LinkPair[] = [];
  const relations: LinkRelation[] = [];
  for (let row = 0; row < weight.length; row += 1) {
    const [a, b] = [records[pairs.left[row] ?? 0], records[pairs.right[row] ?? 0]];
    if (a === undefined || b === undefined) continue;
    const kind = pairKind(a, b);
    if (kind === null) {
      weight[row] = -100;
      const found = ownerOf(a, b, rarity);
      if (found !== null) relations.push(found);
      continue;
    }
    const scorer = scorers[kind];
    comparePair(scorer, a, b, outcomes[kind]);
    const weighed = weighPair(scorer, outcomes[kind]);
    weight[row] = weighed.weight;
    const probability = probabilityOf(weighed.weight, settings.calibration);
    const decision = decide(probability, settings);
    if (decision !== "non_link") {
      const terms = evidenceOf(scorer, outcomes[kind], weighed, settings);
      evidence.push({
        left: a.key,
        right: b.key,
        kind,
        weight: weighed.weight,
        probability,
        decision,
        evidence: terms,
      });
    }
    const relation = relationOfPair(a, b, weighed, scorer);
    if (relation !== null) relations.push(relation);
  }
  return { pairs: { left: pairs.left, right: pairs.right, weight }, evidence, relations };
}

function ownerOf(a: Prepared, b: Prepared, rarity: ReturnType<typeof frequencies>): LinkRelation | null {
  if (a.type === "person" && b.type === "organisation") return ownerRelation(a, b, rarity);
  if (a.type === "organisation" && b.type === "person") return ownerRelation(b, a, rarity);
  return null;
}

function clusterRows(
  records: readonly LinkRecord[],
  pairs: ScoredPairs,
  partition: Partition,
  settings: LinkageSettings,
): ClusterRow[] {
  const best = new Float64Array(records.length).fill(-Infinity);
  const outside = new Float64Array(records.length).fill(-Infinity);
  for (let row = 0; row < pairs.weight.length; row += 1) {
    const [i, j, w] = [pairs.left[row] ?? 0, pairs.right[row] ?? 0, pairs.weight[row] ?? 0];
    const table = partition.anchor[i] === partition.anchor[j] ? best : outside;
    table[i] = Math.max(table[i] ?? w, w);
    table[j] = Math.max(table[j] ?? w, w);
  }
  const members = new Map<number, number[]>();
  for (const [at, first] of partition.anchor.entries()) members.set(first, [...(members.get(first) ?? []), at]);
  return records.map((record, at) => {
    const first = partition.anchor[at] ?? at;
    const group = members.get(first) ?? [at];
    const inside =
      group.length === 1 ? 1 : best[at] === -Infinity ? 0.99 : probabilityOf(best[at] ?? 0, settings.calibration);
    const elsewhere = outside[at] === -Infinity ? 0 : probabilityOf(outside[at] ?? 0, settings.calibration);
    const confidence = Math.round(inside * (1 - 0.5 * elsewhere) * 1e6) / 1e6;
    return {
      key: record.key,
      clusterAnchor: records[first]?.key ?? record.key,
      confidence,
      entityType: typeOf(group, records),
    };
  });
}

/** The type that the records of a cluster speak for, weighed by their probabilities. */
function typeOf(group: readonly number[], records: readonly LinkRecord[]): EntityType {
  const votes = new Map<EntityType, number>();
  for (const at of group) {
    const record = records[at];
    if (record === undefined) continue;
    // An unknown record speaks softly: any known one beside it decides.
    const vote = record.entityType === "unknown" ? 0.01 : record.entityTypeProbability;
    votes.set(record.entityType, (votes.get(record.entityType) ?? 0) + vote);
  }
  return [...votes].sort((a, b) => b[1] - a[1] || byText(a[0], b[0]))[0]?.[0] ?? "unknown";
}

function reportOf(
  records: readonly LinkRecord[],
  clusters: readonly ClusterRow[],
  pairs: readonly LinkPair[],
  candidates: number,
  settings: LinkageSettings,
): Omit<LinkReport, "seconds" | "contradictions"> {
  const entityTypes: Record<EntityType, number> = { person: 0, organisation: 0, unknown: 0, not_a_customer: 0 };
  for (const { entityType } of records) entityTypes[entityType] += 1;
  const generic = Object.entries(settings.frequencies?.tables ?? {})
    .filter(([field]) => ["phone", "email", "door", "domain", "alias"].includes(field))
    .flatMap(([field, table]) => Object.entries(table).map(([value, names]) => ({ field, value, names })))
    .filter(({ names }) => names >= 5)
    .sort((a, b) => b.names - a.names || byText(a.value, b.value))
    .slice(0, 100);
  return {
    rows: records.length,
    entityTypes,
    candidates,
    clusters: new Set(clusters.map(({ clusterAnchor }) => clusterAnchor)).size,
    links: pairs.filter(({ decision }) => decision === "link").length,
    possibleLinks: pairs.filter(({ decision }) => decision === "possible_link").length,
    thresholds: settings.thresholds,
    genericValues: generic,
  };
}
