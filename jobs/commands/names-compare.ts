import { C360Error } from "#core";
import { compareNames, mergePacks } from "#identity";
import type { NameKind } from "#identity";
import type { CommandInput } from "../command.ts";
import { loadPacks } from "../linkage/packs.ts";
import { readTableFile, writeTableFile } from "../table-files.ts";
import type { TableCell } from "../table-files.ts";
import { commandOutput } from "../workspace.ts";

const ADDED = ["probability", "same", "tier", "reason"] as const;

/** `c360 names compare`: whether two names are one name, for each row of a file. */
export async function run(input: CommandInput): Promise<number> {
  const out = commandOutput(input);
  const { out: target, country } = input.options;
  if (typeof target !== "string") throw usage("Say where the answers go: --out compared.csv.");
  const table = await readTableFile(input.args[0] ?? "", { text: true });
  const column = (name: string): readonly TableCell[] => {
    const at = table.names.indexOf(name);
    if (at < 0) throw usage(`${table.file} has no column "${name}"; pairs are left,right,kind.`);
    return table.columns[at] ?? [];
  };
  const [left, right] = [column("left"), column("right")];
  const kinds = table.names.includes("kind") ? column("kind") : [];
  const lexicon = mergePacks(await loadPacks(typeof country === "string" ? country : undefined, "names compare"));
  const kept = table.names.map((name, at) => ({ name, at })).filter(({ name }) => !ADDED.some((one) => one === name));
  const counts = { same: 0, STRONG: 0, MEDIUM: 0, WEAK: 0 };
  const rows: TableCell[][] = [];
  for (let row = 0; row < table.rows; row += 1) {
    const kind = readKind(String(kinds[row] ?? ""), table.file, row);
    const found = compareNames(String(left[row] ?? ""), String(right[row] ?? ""), { lexicon, kind });
    counts.same += found.same ? 1 : 0;
    counts[found.tier] += 1;
    rows.push([
      ...kept.map(({ at }) => table.columns[at]?.[row] ?? null),
      found.probability,
      found.same,
      found.tier,
      found.reason,
    ]);
  }
  await writeTableFile(target, [...kept.map(({ name }) => name), ...ADDED], rows);
  out.line(`${table.rows} pairs, ${counts.same} of them one name → ${target}`);
  out.result({
    pairs: table.rows,
    same: counts.same,
    tiers: { STRONG: counts.STRONG, MEDIUM: counts.MEDIUM, WEAK: counts.WEAK },
  });
  return 0;
}

function usage(problem: string): C360Error {
  return new C360Error("USAGE", { problem, command: "names compare" });
}

function readKind(text: string, file: string, row: number): NameKind {
  const plain = text.trim().toLowerCase();
  if (plain === "" || plain === "person") return plain;
  if (/^(?:organi[sz]ation|company|legalentity|firm|org)$/.test(plain)) return "organisation";
  throw usage(`${file}, row ${row + 1}: kind is person, organisation or empty.`);
}
