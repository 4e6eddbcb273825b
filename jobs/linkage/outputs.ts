import { writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { C360Error, toC360Error } from "#core";
import { decidedPairs } from "#identity";
import type { LinkConstraint, LinkResult } from "#identity";
import { requireFolderOf } from "../named-files.ts";
import { readTableFile, writeTableFile } from "../table-files.ts";
import type { TableCell } from "../table-files.ts";

/** Decimal places of probabilities and gains in files; weights keep nine. */
const round = (value: number, places = 6): number => Math.round(value * 10 ** places) / 10 ** places;

/** `clusters.csv`: a row for each record, in the order of the input. */
export async function writeClusters(path: string, result: LinkResult, order: readonly string[]): Promise<void> {
  const rows = new Map(result.clusters.map((row) => [row.key, row]));
  await writeTableFile(
    path,
    ["record_id", "cluster_id", "auto_cluster_id", "entity_type", "confidence"],
    (function* cells(): Generator<readonly TableCell[]> {
      for (const key of order) {
        const row = rows.get(key);
        if (row === undefined) continue;
        yield [key, row.clusterAnchor, row.autoAnchor, row.entityType, round(row.confidence)];
      }
    })(),
  );
}

/** `pairs.csv`: every pair compared, with its weight. */
export async function writePairs(path: string, result: LinkResult): Promise<void> {
  await writeTableFile(
    path,
    ["left_id", "right_id", "match_weight", "match_probability", "decision"],
    (function* cells(): Generator<readonly TableCell[]> {
      for (const { left, right, weight, probability, decision } of decidedPairs(result.candidates, result.settings))
        yield [left, right, round(weight, 9), round(probability, 9), decision];
    })(),
  );
}

/** `candidates.csv`: every pair compared. */
export async function writeCandidates(path: string, result: LinkResult): Promise<void> {
  const { keys, left, right } = result.candidates;
  await writeTableFile(
    path,
    ["left_id", "right_id"],
    (function* cells(): Generator<readonly TableCell[]> {
      for (let row = 0; row < left.length; row += 1) yield [keys[left[row] ?? 0] ?? "", keys[right[row] ?? 0] ?? ""];
    })(),
  );
}

/** `questions.csv`: what a steward is asked, most worth first; lists of ids are separated by spaces. */
export async function writeQuestions(path: string, result: LinkResult): Promise<void> {
  await writeTableFile(
    path,
    ["rank", "question_id", "kind", "left_id", "right_id", "left_ids", "right_ids", "probability", "gain", "reason"],
    result.questions.map((one) => [
      one.rank,
      one.questionId,
      one.kind,
      one.left,
      one.right,
      one.leftKeys.join(" "),
      one.rightKeys.join(" "),
      round(one.probability),
      round(one.gain),
      one.reason,
    ]),
  );
}

/** `relations.csv`: different customers that belong together. */
export async function writeRelations(path: string, result: LinkResult): Promise<void> {
  await writeTableFile(
    path,
    ["left_id", "right_id", "relation", "probability", "evidence"],
    result.relations.map((one) => [one.left, one.right, one.relation, round(one.probability), one.evidence]),
  );
}

/** Writes a text file for its owner alone. */
export async function writeText(path: string, text: string): Promise<void> {
  await requireFolderOf(path);
  await writeFile(path, text, { mode: 0o600 }).catch((error: unknown) => {
    throw toC360Error(error, basename(path));
  });
}

/** Steward answers of a file, and how many were left out because a record is not there. */
export interface Answers {
  readonly constraints: readonly LinkConstraint[];
  readonly unknown: number;
}

/** Reads `answers.csv` (`left_id,right_id,same`). Throws USAGE for a column or a value that is not of this form. */
export async function readAnswers(path: string, known: ReadonlySet<string>): Promise<Answers> {
  const table = await readTableFile(path, { text: true });
  const wrong = (problem: string): C360Error => new C360Error("USAGE", { problem, command: "link" });
  const column = (name: string): readonly TableCell[] => {
    const at = table.names.indexOf(name);
    if (at < 0) throw wrong(`${table.file} has no column "${name}"; answers are left_id,right_id,same.`);
    return table.columns[at] ?? [];
  };
  const [left, right, same] = [column("left_id"), column("right_id"), column("same")];
  const constraints: LinkConstraint[] = [];
  let unknown = 0;
  for (let row = 0; row < table.rows; row += 1) {
    const text = String(same[row] ?? "")
      .trim()
      .toLowerCase();
    if (text === "") continue;
    if (text !== "true" && text !== "false")
      throw wrong(`${table.file}, row ${row + 1}: "same" is neither true nor false.`);
    const one = { left: String(left[row] ?? ""), right: String(right[row] ?? ""), same: text === "true" };
    if (known.has(one.left) && known.has(one.right)) constraints.push(one);
    else unknown += 1;
  }
  if (unknown > 0 && constraints.length === 0)
    throw wrong(
      `None of the ${unknown} answers of ${table.file} is about records of this list. Name the answers that were given to its questions.`,
    );
  return { constraints, unknown };
}
