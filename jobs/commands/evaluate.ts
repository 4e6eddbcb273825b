import { basename } from "node:path";
import { C360Error } from "#core";
import { evaluatePartition, evaluateTraps } from "#identity";
import type { PartitionQuality, TruthDetail } from "#identity";
import type { CommandInput } from "../command.ts";
import { snakeKeys } from "../linkage/snake-keys.ts";
import { formatTable } from "../output.ts";
import type { Output } from "../output.ts";
import { readTableFile } from "../table-files.ts";
import type { TableFile } from "../table-files.ts";
import { commandOutput } from "../workspace.ts";

/** `c360 evaluate`: quality of clusters against a truth. */
export async function run(input: CommandInput): Promise<number> {
  const out = commandOutput(input);
  const { truth: truthFile, detail: detailFile, column } = input.options;
  if (typeof truthFile !== "string") throw usage("Name the truth: --truth truth.csv.");
  const chosen = typeof column === "string" ? column : "cluster_id";
  const clusters = await readPartition(input.args[0] ?? "", chosen);
  const truth = await readPartition(truthFile, "cluster_id");
  const files = [input.args[0] ?? "", truthFile].map((file) => basename(file));
  if (truth.size === 0) throw usage(`${files[1] ?? ""} names no record.`);
  if (clusters.size > 0 && ![...clusters.keys()].some((record) => truth.has(record)))
    throw usage(
      `${files.join(" and ")} have no record_id in common: the one was not made from the records of the other, or its ids are written another way.`,
    );
  const quality = evaluatePartition(clusters, truth);
  // A truth that names traps is its own detail.
  const detailed = typeof detailFile === "string" ? detailFile : (await hasTraps(truthFile)) ? truthFile : null;
  const traps = detailed === null ? null : evaluateTraps(clusters, await readDetails(detailed));
  tell(out, quality);
  if (traps !== null) {
    const rows = traps.traps.map((one) => [one.trap, share(one.rate), `${one.merged} of ${one.pairs}`]);
    if (rows.length > 0)
      for (const line of formatTable([["trap", "false merges", "pairs"], ...rows], out.width)) out.line(line);
    const noise = traps.noise.map((one) => [one.noise, share(one.recall), `${one.found} of ${one.pairs}`]);
    if (noise.length > 0)
      for (const line of formatTable([["noise", "recall", "pairs"], ...noise], out.width)) out.line(line);
  }
  out.result({ column: chosen, ...(snakeKeys(quality) as object), ...traps });
  return 0;
}

function usage(problem: string): C360Error {
  return new C360Error("USAGE", { problem, command: "evaluate" });
}

function share(value: number): string {
  return value.toFixed(4);
}

function columnOf(table: TableFile, name: string): readonly (string | null)[] {
  const at = table.names.indexOf(name);
  if (at < 0) throw usage(`${table.file} has no column "${name}"; it has ${table.names.slice(0, 20).join(", ")}.`);
  return table.columns[at] as readonly (string | null)[];
}

async function readPartition(path: string, column: string): Promise<Map<string, string>> {
  const table = await readTableFile(path, { text: true });
  const [records, groups] = [columnOf(table, "record_id"), columnOf(table, column)];
  const partition = new Map<string, string>();
  for (let row = 0; row < table.rows; row += 1) {
    const record = records[row] ?? "";
    if (partition.has(record)) throw usage(`${table.file}: a record stands twice, the second time in row ${row + 1}.`);
    partition.set(record, groups[row] ?? `alone ${row}`);
  }
  return partition;
}

async function hasTraps(path: string): Promise<boolean> {
  const { names } = await readTableFile(path, { text: true });
  return names.includes("traps") && names.includes("trap_group");
}

async function readDetails(path: string): Promise<TruthDetail[]> {
  const table = await readTableFile(path, { text: true });
  const [records, entities] = [columnOf(table, "record_id"), columnOf(table, "cluster_id")];
  const [traps, groups] = [columnOf(table, "traps"), columnOf(table, "trap_group")];
  return Array.from({ length: table.rows }, (_row, at) => ({
    record: records[at] ?? "",
    entity: entities[at] ?? "",
    traps: (traps[at] ?? "").split(/[|;\s]+/).filter((trap) => trap !== ""),
    group: groups[at] ?? "",
  }));
}

function tell(out: Output, quality: PartitionQuality): void {
  const rows = [
    ["", "precision", "recall", "F1"],
    ...(
      [
        ["pairs", quality.pairwise],
        ["B-cubed", quality.bcubed],
        ["exact clusters", quality.exact],
      ] as const
    ).map(([name, one]) => [name, share(one.precision), share(one.recall), share(one.f1)]),
  ];
  for (const line of formatTable(rows, out.width)) out.line(line);
  const { records, clusters, entities, truePairs, falsePairs, missing, extra } = quality;
  out.line(
    `${records} records, ${entities} entities, ${clusters} clusters; ${truePairs} true pairs, ${falsePairs} false ones merged`,
  );
  if (missing > 0) out.line(`${missing} records of the truth are in no cluster; they count as alone`);
  if (extra > 0) out.line(`${extra} records have no truth and are left out`);
}
