import { basename } from "node:path";
import { C360Error } from "#core";
import { explainCluster, explainRecords, linkRecords, LiveIndex, parseSettings } from "#identity";
import type { ClusterExplanation, LinkageSettings, LinkOptions, MeetingKey, PairExplanation } from "#identity";
import type { CommandInput } from "../command.ts";
import { readRecordFiles } from "../linkage/read-records.ts";
import type { RecordFiles } from "../linkage/read-records.ts";
import { snakeKeys } from "../linkage/snake-keys.ts";
import { readNamedText } from "../named-files.ts";
import { formatTable } from "../output.ts";
import type { Output } from "../output.ts";
import { commandOutput } from "../workspace.ts";

const SHOWN_KEYS = 12;

/** `c360 explain`: why two records are or are not one customer; with `--cluster`, what holds a cluster together. */
export async function run(input: CommandInput): Promise<number> {
  const out = commandOutput(input);
  const { cluster } = input.options;
  const [file = "", left, right] = input.args;
  const wanted = typeof cluster === "string" ? [cluster] : [left, right].filter((key) => key !== undefined);
  if (typeof cluster !== "string" && wanted.length < 2)
    throw usage("Name two records, or a cluster: c360 explain FILE LEFT RIGHT, c360 explain FILE --cluster ID.");
  const read = await readList(input, out, file);
  const known = new Set(read.records.map(({ key }) => key));
  for (const key of wanted) if (!known.has(key)) throw usage(`${basename(file)} has no record ${key}.`);
  const [first = "", second = first] = wanted;
  if (wanted.length === 2 && first === second) throw usage("The two records are one and the same row.");
  out.step("Link");
  const settings = await settingsFor(read, input);
  const index = await LiveIndex.create({ settings, records: read.records, ...uniqueOf(read) });
  out.done("done");
  if (wanted.length === 1) {
    const found = explainCluster(index, settings, first);
    tellCluster(out, found);
    out.result(snakeKeys(found));
  } else {
    const found = explainRecords(index, settings, first, second);
    tellPair(out, found);
    out.result(pairAnswer(found));
  }
  return 0;
}

async function readList(input: CommandInput, out: Output, file: string): Promise<RecordFiles> {
  const { fields, country } = input.options;
  out.step("Read");
  const read = await readRecordFiles({
    files: [file],
    command: "explain",
    ...(typeof fields === "string" ? { fields } : {}),
    ...(typeof country === "string" ? { country } : {}),
  });
  out.done(`${read.records.length.toLocaleString("en")} records`);
  return read;
}

function uniqueOf(read: RecordFiles): Pick<LinkOptions, "oneRecordPerEntity"> {
  const once = read.map.one_record_per_entity;
  return once === undefined || once === false ? {} : { oneRecordPerEntity: once };
}

// The words of pairs.csv for what stands there too.
function pairAnswer(found: PairExplanation): unknown {
  const { pair, left, right, ...rest } = found;
  const { weight, probability, evidence, kind, decision } = pair;
  return snakeKeys({
    leftId: left,
    rightId: right,
    matchWeight: weight,
    matchProbability: probability,
    decision,
    kind,
    terms: evidence,
    ...rest,
  });
}

function usage(problem: string): C360Error {
  return new C360Error("USAGE", { problem, command: "explain" });
}

async function settingsFor(read: RecordFiles, input: CommandInput): Promise<LinkageSettings> {
  const { settings: file, seed } = input.options;
  if (typeof file === "string") {
    const settings = parseSettings(await readNamedText(file), { file: basename(file), command: "explain" });
    if (settings.frequencies !== null) return settings;
  }
  const { records, pack } = read;
  const fitted = await linkRecords({ records, constraints: [], seed: Number(seed ?? 1), pack, ...uniqueOf(read) });
  return fitted.settings;
}

function tellPair(out: Output, found: PairExplanation): void {
  out.line(out.bold(`${found.left} and ${found.right}: ${found.pair.decision.replaceAll("_", " ")}`));
  out.line(found.verdict);
  out.line();
  const rows = found.pair.evidence.map((term) => [
    signed(term.weight),
    term.field,
    term.level,
    term.chance === undefined ? "" : oneIn(term.chance),
    isPlain(term) ? "" : `${term.left} | ${term.right}`,
  ]);
  const sum = [signed(found.pair.weight), "weight", "", "", `probability ${found.pair.probability.toFixed(6)}`];
  for (const line of formatTable([["bits", "field", "outcome", "by chance", "values"], ...rows, sum], out.width))
    out.line(`  ${line}`);
  for (const term of found.pair.evidence.filter(isPlain)) out.line(`  ${term.field}: ${term.words}`);
  out.line();
  tellKeys(out, "Keys that both have", found.shared);
  if (!found.compared) {
    tellKeys(out, `Keys that only ${found.left} has`, found.missedLeft);
    tellKeys(out, `Keys that only ${found.right} has`, found.missedRight);
  }
}

function tellKeys(out: Output, title: string, keys: readonly MeetingKey[]): void {
  out.line(`${title}:${keys.length === 0 ? " none" : ""}`);
  for (const key of keys.slice(0, SHOWN_KEYS)) {
    const worth = key.usable ? `${key.records} records` : `${key.records} records, too many to make pairs`;
    out.line(`  ${key.kind} "${key.value}" (${worth})`);
  }
  if (keys.length > SHOWN_KEYS) out.line(`  and ${keys.length - SHOWN_KEYS} more`);
}

function tellCluster(out: Output, found: ClusterExplanation): void {
  out.line(out.bold(`Cluster ${found.clusterId}: ${found.members.length} records`));
  out.line(`  ${found.members.join(" ")}`);
  for (const merge of found.merges) {
    out.line(
      `${merge.step}. ${merge.left.join(" ")} + ${merge.right.join(" ")}: ${signed(merge.average)} bits on average`,
    );
    const best = [...(merge.strongest?.evidence ?? [])].sort((a, b) => b.weight - a.weight).slice(0, 3);
    for (const term of best) out.line(`     ${signed(term.weight)} ${term.field}: ${term.level}`);
  }
  if (found.weakest !== null)
    out.line(
      `Weakest link: step ${found.weakest.step}, ${found.weakest.left.join(" ")} + ${found.weakest.right.join(" ")} (${signed(found.weakest.average)} bits)`,
    );
  for (const { record, groups } of found.removals) {
    if (groups.length > 1)
      out.line(`Without ${record} it would fall apart: ${groups.map((group) => group.join(" ")).join(" | ")}`);
  }
  if (found.removals.length > 0 && found.removals.every(({ groups }) => groups.length <= 1))
    out.line("Whichever record is taken out, the others stay together.");
}

/** True for what speaks of the pair as a whole and has no values. */
function isPlain(term: { readonly left: string; readonly right: string }): boolean {
  return term.left === "" && term.right === "";
}

/** How often chance alone gives an outcome. */
function oneIn(chance: number): string {
  return chance >= 0.5 ? "mostly" : `1 in ${Math.round(1 / chance).toLocaleString("en")}`;
}

function signed(bits: number): string {
  return `${bits >= 0 ? "+" : ""}${bits.toFixed(2)}`;
}
