import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { main } from "../../jobs/cli.ts";

const dir = mkdtempSync(join(tmpdir(), "c360-bad-lists-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const at = (name: string): string => join(dir, name);

const FILES: Readonly<Record<string, string | Buffer>> = {
  "list.csv": "id,name,phone\n1,Marcia Brown,876-555-0101\n2,M. Brown,8765550101\n3,Omar Lindo,876-555-0199\n",
  "map.yaml": "id: id\nfields: {name: any_name, phone: phone}\n",
  "empty.csv": "",
  "header.csv": "id,name,phone\n",
  "one.csv": "id,name,phone\n1,Marcia Brown,876-555-0101\n",
  "column.csv": "name\nMarcia Brown\nmarcia brown\nOmar Lindo\n",
  "blank.csv": `id,name,phone\n${Array.from({ length: 40 }, (_one, n) => `${n},,`).join("\n")}\n`,
  "twice.csv": "id,name,phone\n1,Marcia Brown,\n1,Omar Lindo,\n",
  "long.csv": `id,name,phone\n1,Marcia Brown,${"x".repeat(1_000_000)}\n2,${"Omar ".repeat(200_000)},\n`,
  "wide.csv": [0, 1].map((row) => Array.from({ length: 60 }, (_one, n) => `c${row}x${n}`).join(",")).join("\n"),
  "latin.csv": Buffer.from("id,name,phone\n1,José Muñoz,\n2,Jose Munoz,\n", "latin1"),
  "scripts.csv": "id,name,phone\n1,Иван Петров,\n2,Ivan Petrov,\n3,王小明,\n4,محمد علي,\n5,😀,\n",
  "quote.csv": 'id,name,phone\n1,"Marcia Brown,\n2,Omar,\n',
  "broken.parquet": Buffer.from("PAR1 this is no table PAR1"),
  "broken.xlsx": Buffer.from("PK\u0003\u0004 this is no workbook"),
  "broken.jsonl": '{"id": 1}\n{"id": \n',
  "kind.yaml": "id: id\nfields: {name: full_name}\n",
  "column.yaml": "id: id\nfields: {name: any_name, telephone: phone}\n",
  "nothing.yaml": "",
  "list.yaml": "- id\n",
  "wrong.yaml": "id: [id\nfields: {name\n",
  "some.csv": "left_id,right_id,same\n1,2,true\n8,9,true\n",
  "others.csv": "left_id,right_id,same\n8,9,true\n",
  "maybe.csv": "left_id,right_id,same\n1,2,maybe\n",
  "newer.json": '{"version": 3}',
  "words.json": "hello",
  "truth.csv": "record_id,cluster_id\n1,a\n2,a\n3,b\n",
  "strangers.csv": "record_id,cluster_id\n91,a\n",
  "doubled.csv": "record_id,cluster_id\n1,a\n1,b\n",
  "nobody.csv": "record_id,cluster_id\n",
  "pairs.csv": "left,right,kind\nMarcia Brown,M. Brown,person\n,,\n王小明,Wang,\n",
  "kinds.csv": "left,right,kind\nMarcia,Marcia,alien\n",
};
for (const [name, text] of Object.entries(FILES)) writeFileSync(at(name), text);

interface Told {
  readonly code: number;
  readonly text: string;
}

/** Runs a command in this process, words that name one of the files as its path; gives its exit code and all that it says. */
async function c360(...words: string[]): Promise<Told> {
  let text = "";
  const streams = [process.stdout, process.stderr] as const;
  const originals = streams.map((stream) => stream.write.bind(stream));
  for (const stream of streams) {
    stream.write = (chunk: string | Uint8Array) => {
      text += String(chunk);
      return true;
    };
  }
  try {
    const code = await main(words.map((word) => (/^[\w-]+\.\w+$/.test(word) ? at(word) : word)));
    return { code, text };
  } finally {
    for (const [n, stream] of streams.entries()) stream.write = originals[n] as typeof stream.write;
  }
}

const link = (file: string, ...more: string[]): readonly string[] => ["link", file, "--out", "out.csv", ...more];
const explain = (...more: string[]): readonly string[] => ["explain", "list.csv", "--fields", "map.yaml", ...more];

describe("what cannot be used is refused in words", () => {
  it.each<readonly [what: string, words: readonly string[], code: number, told: string]>([
    ["an empty file", link("empty.csv"), 1, "empty.csv"],
    ["a missing file", link("absent.csv"), 1, "absent.csv does not exist"],
    ["a missing Parquet file", link("absent.parquet"), 1, "absent.parquet does not exist"],
    ["a missing JSONL file", link("absent.jsonl"), 1, "absent.jsonl does not exist"],
    ["a folder", link(dir), 1, "it is a folder"],
    ["an open quote", link("quote.csv"), 1, "quote"],
    ["a broken Parquet file", link("broken.parquet"), 1, "broken.parquet is damaged"],
    ["a broken workbook", link("broken.xlsx"), 1, "broken.xlsx"],
    ["a broken line", link("broken.jsonl"), 1, "line 2 is not a JSON object"],
    ["ids that repeat", link("twice.csv", "--fields", "map.yaml"), 2, "first rows 1 and 2"],
    ["a kind that does not exist", link("list.csv", "--fields", "kind.yaml"), 2, 'column "name" has a kind'],
    ["a column that is not there", link("list.csv", "--fields", "column.yaml"), 2, 'column "telephone"'],
    ["an empty map", link("list.csv", "--fields", "nothing.yaml"), 2, "it needs fields"],
    ["a map that is a list", link("list.csv", "--fields", "list.yaml"), 2, "list.yaml is no field map"],
    ["a map that is no YAML", link("list.csv", "--fields", "wrong.yaml"), 2, "line 2"],
    ["a missing map", link("list.csv", "--fields", "absent.yaml"), 1, "absent.yaml does not exist"],
    ["answers to another list", link("list.csv", "--answers", "others.csv"), 2, "is about records of this list"],
    ["an answer that is none", link("list.csv", "--answers", "maybe.csv"), 2, "row 1"],
    ["settings of a newer release", link("list.csv", "--settings", "newer.json"), 2, "of version 3"],
    ["settings that are none", link("list.csv", "--settings", "words.json"), 2, "--settings-out"],
    ["missing settings", link("list.csv", "--settings", "absent.json"), 1, "absent.json does not exist"],
    ["a country without a pack", link("list.csv", "--country", "XX"), 2, "--country takes CA, GB, JM, US"],
    ["a folder that is not there", ["link", "list.csv", "--out", `${dir}/no/out.csv`], 1, "no of out.csv"],
    ["a record that is not there", explain("1", "99"), 2, "no record 99"],
    ["one record alone", explain("1"), 2, "Name two records"],
    [
      "settings of a newer release for explain",
      explain("1", "2", "--settings", "newer.json"),
      2,
      "c360 explain --help",
    ],
    ["a truth of other records", ["evaluate", "strangers.csv", "--truth", "truth.csv"], 2, "no record_id in common"],
    ["a truth of nobody", ["evaluate", "truth.csv", "--truth", "nobody.csv"], 2, "nobody.csv names no record"],
    ["a record in two clusters", ["evaluate", "doubled.csv", "--truth", "truth.csv"], 2, "stands twice"],
    ["a partition that is not there", ["evaluate", "truth.csv", "--truth", "truth.csv", "--column", "x"], 2, '"x"'],
    ["names without columns", ["names", "compare", "list.csv", "--out", "out.csv"], 2, 'no column "left"'],
    ["names of an odd kind", ["names", "compare", "kinds.csv", "--out", "out.csv"], 2, "row 1"],
  ])("%s", async (_what, words, code, told) => {
    const found = await c360(...words);
    expect(found.text).toContain(told);
    expect(found.text).not.toContain("INTERNAL");
    expect(found.text).not.toMatch(/\n\s+at .+:\d+/);
    expect(found.code).toBe(code);
  });
});

describe("what can be used is, and nothing is dropped", () => {
  const rowsOf = (file: string): number => readFileSync(at(file), "utf8").trim().split("\n").length - 1;

  it.each([
    ["header.csv", 0],
    ["one.csv", 1],
    ["column.csv", 3],
    ["blank.csv", 40],
    ["twice.csv", 2],
    ["long.csv", 2],
    ["latin.csv", 2],
    ["scripts.csv", 5],
  ])("%s: %i rows", async (file, rows) => {
    const found = await c360(...link(file));
    expect(found.code).toBe(0);
    expect(rowsOf("out.csv")).toBe(rows);
  });

  it("columns of which none says anything", async () => {
    const found = await c360(...link("wide.csv"));
    expect(found.code).toBe(0);
    expect(found.text).toContain("No column was recognised");
    expect(rowsOf("out.csv")).toBe(1);
  });

  it("answers of which some are about other records: they are counted", async () => {
    const found = await c360(...link("list.csv", "--answers", "some.csv"));
    expect(found.code).toBe(0);
    expect(found.text).toContain("some.csv: 1 answers are about records that are not in the list");
  });

  it("pairs of names that are empty or of other scripts", async () => {
    const found = await c360("names", "compare", "pairs.csv", "--out", "names.csv");
    expect(found.code).toBe(0);
    expect(rowsOf("names.csv")).toBe(3);
  });
});
