import type { EntityType } from "#core";
import { fitWithAnswers } from "./answers.ts";
import { autoPartition, choosePolicies } from "./auto-policy.ts";
import { findCandidates } from "./candidates.ts";
import { calibrationBins } from "./calibrate.ts";
import { clusterRecords } from "./cluster.ts";
import type { ScoredPairs } from "./cluster.ts";
import { settleConstraints } from "./constraints.ts";
import { equalRecords, withEqual, withEqualMust } from "./equal-records.ts";
import { countFrequencies } from "./frequencies.ts";
import type {
  AutoPolicy,
  ClusterRow,
  LinkOptions,
  LinkPair,
  LinkPhase,
  LinkRecord,
  LinkReport,
  LinkResult,
  RecordHead,
} from "./link-types.ts";
import { inferFamilies, prepareRecord } from "./prepare.ts";
import type { Prepared } from "./prepare.ts";
import { reviewQuestions } from "./questions.ts";
import { bestRelations, statedReferrals, statedRelations } from "./relations.ts";
import { clusterRows } from "./result-rows.ts";
import { defaultSettings, EMPTY_LEXICON } from "./settings.ts";
import type { LinkageSettings, PairKind } from "./settings.ts";
import { byText } from "./text.ts";
import { reviseTypes } from "./type-revision.ts";
import { linkPairs, weighCandidates } from "./weigh.ts";
import type { WeighedPairs } from "./weigh.ts";
import { calibratedBits } from "./weights.ts";

/** Share of true pairs that unattended merges keep where nothing else is asked. */
const PRECISION = 0.995;

/**
 * Links records of one or many sources: candidates by shared keys, weights, clusters by constrained average linkage.
 * The same records in any order give the same result. Throws what the engine throws.
 */
export async function linkRecords(options: LinkOptions): Promise<LinkResult> {
  const timer = phaseTimer(options);
  const list = [...options.records].sort((a, b) => byText(a.key, b.key));
  if (options.consume === true) (options.records as LinkRecord[]).length = 0;
  const records = list.map(headOf);
  const start = options.settings ?? defaultSettings(options.pack ?? EMPTY_LEXICON);
  const precision = options.precision ?? PRECISION;
  timer.start("prepare");
  const positions = new Map(records.map((record, at) => [record.key, at]));
  const referrals = statedReferrals(list);
  const prepared = prepareAll(list, positions, start, true);
  const isFitted = start.frequencies !== null;
  let settings: LinkageSettings = isFitted ? start : { ...start, frequencies: countFrequencies(prepared) };
  timer.start("candidates");
  const unique = uniqueSources(records, options.oneRecordPerEntity);
  const settled = settleConstraints(records, options.constraints, positions);
  const equal = equalRecords(prepared, settings.limits, settled, unique.groups);
  const found = await findCandidates(prepared, settings.limits, options.engine, unique.groups, equal.silent);
  timer.start("estimate");
  const word = options.constraints.length === 0 ? null : settled.word;
  if (!isFitted) settings = fitWithAnswers(settings, prepared, found, options.seed, word);
  timer.start("compare");
  const weighed = weighCandidates(settings, prepared, withEqual(found, equal));
  timer.start("cluster");
  const rules = { must: settled.must, cannot: settled.cannot, types: typeCodes(prepared), sources: unique.groups };
  const policy = choosePolicies(weighed.pairs, settings, precision);
  settings = withPolicies(settings, policy.policies);
  const [alike, sure] = [false, true].map((isAuto) => withEqualMust(rules, equal, weighed.pairs, settings, isAuto));
  const partition = clusterRecords(records.length, calibrated(weighed.pairs, settings), alike ?? rules, settings);
  const auto = autoPartition(records.length, weighed.pairs, sure ?? rules, settings);
  const keys = records.map(({ key }) => key);
  const world = { keys, pairs: weighed.pairs, partition, auto, settings, settled: settled.settled };
  const questions = reviewQuestions(world);
  timer.start("relations");
  const anchorOf = (key: string): string => keys[partition.anchor[positions.get(key) ?? 0] ?? 0] ?? key;
  const relations = bestRelations([...weighed.relations, ...statedRelations(records), ...referrals], anchorOf);
  const clusters = clusterRows(records, weighed.pairs, partition, auto, settings);
  const pairs = linkPairs(settings, prepared, weighed.pairs);
  timer.stop();
  const report = reportOf(records, clusters, pairs, settings, policy);
  return {
    clusters,
    pairs,
    candidates: { keys, ...weighed.pairs },
    questions,
    relations,
    settings,
    report: {
      ...report,
      candidates: weighed.pairs.left.length,
      calibration: calibrationBins(settings, weighed.pairs, options.constraints, positions),
      precision,
      seconds: timer.seconds,
      oneRecordPerEntity: unique.names,
      contradictions: settled.contradictions,
    },
  };
}

export function calibrated(pairs: WeighedPairs, settings: LinkageSettings): ScoredPairs {
  const weight = Float64Array.from(pairs.weight, (_one, row) => calibratedBits(pairs, row, settings));
  return { left: pairs.left, right: pairs.right, weight };
}

function withPolicies(settings: LinkageSettings, policies: readonly AutoPolicy[]): LinkageSettings {
  const of = (kind: PairKind): number | null => policies.find((one) => one.kind === kind)?.threshold ?? null;
  const auto = { person: of("person"), organisation: of("organisation"), item: of("item") };
  return { ...settings, thresholds: { ...settings.thresholds, auto } };
}

/** Prepares all records of a list: types revised, family names inferred from the others. With `release` the list is emptied. */
export function prepareAll(
  records: readonly LinkRecord[],
  positions: ReadonlyMap<string, number>,
  settings: LinkageSettings,
  release = false,
): Prepared[] {
  const revised = [...reviseTypes(records)];
  if (release) (records as LinkRecord[]).length = 0;
  const prepared: Prepared[] = [];
  // One after another out of the list, so that a record's memory is free as soon as it is prepared.
  revised.reverse();
  for (let record = revised.pop(); record !== undefined; record = revised.pop())
    prepared.push(prepareRecord(namedByItself(record, positions), settings.lexicon));
  inferFamilies(prepared);
  return prepared;
}

function headOf({ key, source, entityType, entityTypeProbability, parentKey, isJob }: LinkRecord): RecordHead {
  return { key, source, entityType, entityTypeProbability, parentKey, isJob };
}

/** A sub-customer is called after a job or a place ("Kitchen 3"): that name says nothing of who its customer is. */
export function namedByItself(record: LinkRecord, positions: ReadonlyMap<string, number>): LinkRecord {
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

export function typeCodes(records: readonly Prepared[]): Uint8Array {
  return Uint8Array.from(records, ({ type }) => (type === "person" ? 1 : type === "organisation" ? 2 : 0));
}

/** Number above 0 of each record's source where that source holds every customer once. */
export function uniqueSources(
  records: readonly RecordHead[],
  declared: LinkOptions["oneRecordPerEntity"],
): { readonly groups: Int32Array; readonly names: readonly string[] } {
  const isDeclared = (source: string): boolean => declared === true || declared?.includes(source) === true;
  const names = [...new Set(records.map(({ source }) => source))].filter(isDeclared).sort(byText);
  const numbers = new Map(names.map((name, at) => [name, at + 1]));
  return { groups: Int32Array.from(records, ({ source }) => numbers.get(source) ?? 0), names };
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

const GENERIC_FIELDS = ["phone", "email", "door", "domain", "alias", "id"];

function reportOf(
  records: readonly RecordHead[],
  clusters: readonly ClusterRow[],
  pairs: readonly LinkPair[],
  settings: LinkageSettings,
  policy: ReturnType<typeof choosePolicies>,
): Omit<LinkReport, "seconds" | "contradictions" | "calibration" | "candidates" | "precision" | "oneRecordPerEntity"> {
  const entityTypes: Record<EntityType, number> = { person: 0, organisation: 0, unknown: 0, not_a_customer: 0 };
  for (const { entityType } of records) entityTypes[entityType] += 1;
  const generic = Object.entries(settings.frequencies?.tables ?? {})
    .filter(([field]) => GENERIC_FIELDS.includes(field))
    .flatMap(([field, table]) => Object.entries(table).map(([value, names]) => ({ field, value, names })))
    .filter(({ names }) => names >= 5)
    .sort((a, b) => b.names - a.names || byText(a.value, b.value))
    .slice(0, 100);
  return {
    rows: records.length,
    entityTypes,
    clusters: new Set(clusters.map(({ clusterAnchor }) => clusterAnchor)).size,
    autoClusters: new Set(clusters.map(({ autoAnchor }) => autoAnchor)).size,
    links: pairs.filter(({ decision }) => decision === "link").length,
    possibleLinks: pairs.filter(({ decision }) => decision === "possible_link").length,
    thresholds: settings.thresholds,
    policies: policy.policies,
    abstentions: policy.abstentions,
    genericValues: generic,
  };
}
