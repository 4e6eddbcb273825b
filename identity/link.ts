import type { EntityType } from "#core";
import { Aliases, shareAliases } from "./aliases.ts";
import { answeredPairs, fitWithAnswers } from "./answers.ts";
import { autoBits, autoPartition, choosePolicies } from "./auto-policy.ts";
import { findCandidates } from "./candidates.ts";
import type { CandidatePairs, KeyHashes } from "./candidates.ts";
import { calibrationBins } from "./calibrate.ts";
import { fitCompetition } from "./competition.ts";
import { settleConstraints } from "./constraints.ts";
import type { SettledConstraints } from "./constraints.ts";
import { equalRecords, withEqual, withEqualMust } from "./equal-records.ts";
import type { EqualRecords } from "./equal-records.ts";
import { countBorne, countShared, withShared } from "./frequencies.ts";
import type { ValueTables } from "./frequencies.ts";
import { groupedPairs, NO_WORDS } from "./group-bits.ts";
import { begun, fitTogether, weighTogether } from "./helper.ts";
import type { LinkHelper, OtherHands } from "./helper.ts";
import type {
  AutoPolicy,
  ClusterRow,
  LinkOptions,
  LinkPhase,
  LinkRecord,
  LinkReport,
  LinkResult,
  RecordHead,
} from "./link-types.ts";
import type { Partition } from "./cluster.ts";
import { clusterRules, mostProbable } from "./most-probable.ts";
import type { PartitionRules } from "./most-probable.ts";
import { inferFamilies, prepareRecord } from "./prepare.ts";
import type { Prepared } from "./prepare.ts";
import { reviewQuestions } from "./questions.ts";
import { bestRelations, statedReferrals, statedRelations } from "./relations.ts";
import { clusterRows } from "./result-rows.ts";
import { defaultSettings, EMPTY_LEXICON } from "./settings.ts";
import type { LinkageSettings, PairKind } from "./settings.ts";
import { byText } from "./text.ts";
import { reviseTypes } from "./type-revision.ts";
import { countDecisions, linkPairs } from "./weigh.ts";
import type { WeighedPairs } from "./weigh.ts";

/** Share of true pairs that unattended merges keep where nothing else is asked. */
const PRECISION = 0.995;

/**
 * Links records of one or many sources: candidates by shared keys, weights, clusters by constrained average linkage.
 * The same records in any order give the same result. Throws what the engine throws.
 */
export async function linkRecords(options: LinkOptions, hands: OtherHands = {}): Promise<LinkResult> {
  const timer = phaseTimer(options);
  const { list, ready, places } = inOrder(options, hands);
  const { helper } = hands;
  const records = list.map(headOf);
  const start = options.settings ?? defaultSettings(options.pack ?? EMPTY_LEXICON);
  const precision = options.precision ?? PRECISION;
  timer.start("prepare");
  const positions = new Map(records.map((record, at) => [record.key, at]));
  const referrals = statedReferrals(list);
  const { prepared, shared, hashed } = prepareBeside(list, positions, start, { ready, places, helper });
  const unique = uniqueSources(records, options.oneRecordPerEntity);
  let fitted = await withFrequencies(start, prepared, unique.names, shared);
  timer.start("candidates");
  const settled = settleConstraints(records, options.constraints, positions);
  const equal = equalRecords(prepared, fitted.limits, settled, unique.groups);
  const found = await findCandidates(prepared, start.limits, options.engine, unique.groups, equal.silent, await hashed);
  timer.start("estimate");
  if (start.frequencies === null)
    fitted = await fitAll({ settings: fitted, prepared, found, equal, settled, unique }, options, helper);
  timer.start("compare");
  const weighed = await weighTogether(fitted, prepared, withEqual(found, equal), helper);
  timer.start("cluster");
  const world = { rules: clusterRules(prepared, settled, unique.groups), equal, settings: fitted };
  const { compared: alone, partition } = mostProbable(prepared, weighed.pairs, world);
  const { policy, auto, settings } = unattended(prepared, weighed.pairs, partition, world, precision);
  const compared = groupedPairs(alone, partition, settled);
  // Answers say how true the probabilities were without them.
  const unsaid = options.constraints.length === 0 ? compared : groupedPairs(alone, partition, NO_WORDS);
  const keys = records.map(({ key }) => key);
  const questions = reviewQuestions({ keys, pairs: compared, partition, auto, settings, settled: settled.settled });
  timer.start("relations");
  const anchorOf = (key: string): string => keys[partition.anchor[positions.get(key) ?? 0] ?? 0] ?? key;
  const relations = bestRelations([...weighed.relations, ...statedRelations(records), ...referrals], anchorOf);
  const clusters = clusterRows(records, compared, partition, auto);
  const report = reportOf(records, clusters, countDecisions(compared, settings), settings, policy);
  timer.stop();
  const pairs = lazily(() => linkPairs(settings, prepared, compared));
  return {
    clusters,
    get pairs() {
      return pairs();
    },
    candidates: { keys, ...compared },
    questions,
    relations,
    settings,
    report: {
      ...report,
      candidates: compared.left.length,
      calibration: calibrationBins(unsaid, options.constraints, positions),
      precision,
      seconds: timer.seconds,
      oneRecordPerEntity: unique.names,
      contradictions: settled.contradictions,
    },
  };
}

// Made once, when it is asked for: a million pairs fill the memory, and not everybody wants them.
function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

async function withFrequencies(
  settings: LinkageSettings,
  prepared: readonly Prepared[],
  declared: readonly string[],
  shared: Promise<ValueTables> | undefined,
): Promise<LinkageSettings> {
  if (settings.frequencies !== null) return settings;
  const borne = countBorne(prepared, declared);
  return { ...settings, frequencies: withShared(borne, shared === undefined ? countShared(prepared) : await shared) };
}

interface Fittable {
  readonly settings: LinkageSettings;
  readonly prepared: readonly Prepared[];
  readonly found: CandidatePairs;
  readonly equal: EqualRecords;
  readonly settled: SettledConstraints;
  /** The sources that hold everybody once. */
  readonly unique: ReturnType<typeof uniqueSources>;
}

async function fitAll(
  { settings, prepared, found, equal, settled, unique }: Fittable,
  { engine, seed, constraints }: LinkOptions,
  helper: LinkHelper | undefined,
): Promise<LinkageSettings> {
  // Sources that hold everybody once teach by the pairs within them, though no cluster may hold such a pair.
  const noGroups = new Int32Array(prepared.length);
  const pairs = unique.names.length === 0 ? found : await findCandidates(prepared, settings.limits, engine, noGroups);
  const plain = fitCompetition(
    await fitTogether(settings, { records: prepared, pairs, seed }, helper),
    prepared,
    pairs,
  );
  const answered = constraints.length === 0 ? [] : answeredPairs(pairs, settled.word);
  if (answered.length === 0) return plain;
  const { pairs: weighed } = await weighTogether(plain, prepared, withEqual(found, equal), helper);
  const world = { rules: clusterRules(prepared, settled, unique.groups), equal, settings: plain };
  const { partition } = mostProbable(prepared, weighed, world);
  const fitted = fitWithAnswers(settings, plain, partition, { records: prepared, pairs, seed, answered });
  return fitted === plain ? plain : fitCompetition(fitted, prepared, pairs);
}

/** What is merged unattended at a precision, and the settings that say so. */
function unattended(
  records: readonly Prepared[],
  pairs: WeighedPairs,
  partition: Partition,
  { rules, equal, settings }: PartitionRules,
  precision: number,
): {
  readonly policy: ReturnType<typeof choosePolicies>;
  readonly auto: Partition;
  readonly settings: LinkageSettings;
} {
  const worth = autoBits(pairs, records, partition, settings);
  const policy = choosePolicies(pairs, worth, partition, settings, precision);
  const next = withPolicies(settings, policy.policies);
  const sure = withEqualMust(rules, equal, pairs, next, true);
  return { policy, auto: autoPartition(pairs, worth, partition, sure, next), settings: next };
}

function withPolicies(settings: LinkageSettings, policies: readonly AutoPolicy[]): LinkageSettings {
  const of = (kind: PairKind): number | null => policies.find((one) => one.kind === kind)?.threshold ?? null;
  const auto = { person: of("person"), organisation: of("organisation"), item: of("item") };
  return { ...settings, thresholds: { ...settings.thresholds, auto } };
}

/** Records in order of their keys, and those of them that are prepared already. */
function inOrder(
  { records, consume }: LinkOptions,
  { prepared }: OtherHands,
): {
  readonly list: LinkRecord[];
  readonly ready: readonly (Prepared | null)[];
  /** Where each record stood. */
  readonly places: readonly number[];
} {
  const order = Array.from(records.keys());
  const isOrdered = records.every((record, at) => at === 0 || byText(records[at - 1]?.key ?? "", record.key) <= 0);
  if (!isOrdered) order.sort((a, b) => byText(records[a]?.key ?? "", records[b]?.key ?? ""));
  const list = order.flatMap((at) => records[at] ?? []);
  if (consume === true) (records as LinkRecord[]).length = 0;
  return { list, ready: prepared === undefined ? [] : order.map((at) => prepared[at] ?? null), places: order };
}

/** What is done to a list that is prepared. */
interface PrepareOptions {
  /** Records prepared by themselves, by position; null where one is not. */
  readonly ready?: readonly (Prepared | null)[];
  /** The list is emptied, so that its memory serves the rest. */
  readonly release?: boolean;
  /** Sees the records before they share names with each other. */
  readonly onPrepared?: (records: readonly Prepared[]) => void;
  /** Takes what the list teaches of the names that one firm goes by. */
  readonly aliases?: Aliases;
}

/** Prepares all records of a list: types revised, family names inferred from the others. */
export function prepareAll(
  records: readonly LinkRecord[],
  positions: ReadonlyMap<string, number>,
  settings: LinkageSettings,
  { ready = [], release = false, aliases = new Aliases(), onPrepared }: PrepareOptions = {},
): Prepared[] {
  const revised = [...reviseTypes(records, settings.lexicon)];
  const usable = ready.map((one, at) => (revised[at] === records[at] ? one : null));
  if (release) (records as LinkRecord[]).length = 0;
  const prepared: Prepared[] = [];
  // One after another out of the list, so that a record's memory is free as soon as it is prepared.
  revised.reverse();
  for (let record = revised.pop(); record !== undefined; record = revised.pop()) {
    const named = namedByItself(record, positions);
    const known = named === record ? usable[prepared.length] : null;
    prepared.push(known ?? prepareRecord(named, settings.lexicon));
  }
  onPrepared?.(prepared);
  shareNames(prepared, aliases);
  return prepared;
}

/** Gives records the names that others tell of them: family names that a mailbox spells out, other names of a firm. */
export function shareNames(records: readonly Prepared[], aliases: Aliases = new Aliases()): void {
  inferFamilies(records);
  shareAliases(records, aliases);
}

// Prepares a list that is used up; a helper gets the records as soon as they are there, and counts and hashes meanwhile.
function prepareBeside(
  list: readonly LinkRecord[],
  positions: ReadonlyMap<string, number>,
  settings: LinkageSettings,
  {
    ready,
    places,
    helper,
  }: Pick<PrepareOptions, "ready"> & { places: readonly number[]; helper?: LinkHelper | undefined },
): {
  readonly prepared: Prepared[];
  readonly shared: Promise<ValueTables> | undefined;
  readonly hashed: Promise<KeyHashes> | undefined;
} {
  const onPrepared = (all: readonly Prepared[]): void => helper?.take(all, places);
  const prepared = prepareAll(list, positions, settings, { ready: ready ?? [], release: true, onPrepared });
  const shared = settings.frequencies === null ? begun(helper?.shared()) : undefined;
  return { prepared, shared, hashed: begun(helper?.keys()) };
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
  { links, possibleLinks }: ReturnType<typeof countDecisions>,
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
    links,
    possibleLinks,
    thresholds: settings.thresholds,
    policies: policy.policies,
    abstentions: policy.abstentions,
    genericValues: generic,
  };
}
