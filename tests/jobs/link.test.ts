import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { afterAll, describe, expect, it } from "vitest";
import { main } from "../../jobs/cli.ts";
import { readTableFile, writeTableFile } from "../../jobs/table-files.ts";

const dir = mkdtempSync(join(tmpdir(), "c360-link-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const at = (name: string): string => join(dir, name);
const write = (name: string, text: string | Buffer): string => {
  writeFileSync(at(name), text);
  return at(name);
};

interface Answer {
  readonly code: number;
  readonly json: Record<string, unknown>;
}

/** Runs a command in this process; gives its exit code and its JSON answer. */
async function c360(...words: string[]): Promise<Answer> {
  let text = "";
  const original = process.stdout.write.bind(process.stdout);
  process.stdout.write = (chunk: string) => {
    text += chunk;
    return true;
  };
  try {
    const code = await main([...words, "--json"]);
    return { code, json: JSON.parse(text.trim().split("\n").at(-1) ?? "{}") as Record<string, unknown> };
  } finally {
    process.stdout.write = original;
  }
}

const rowsOf = async (file: string): Promise<Record<string, string | null>[]> => {
  const table = await readTableFile(file, { text: true });
  return Array.from({ length: table.rows }, (_row, row) =>
    Object.fromEntries(table.names.map((name, column) => [name, table.columns[column]?.[row] as string | null])),
  );
};

const GIVEN = "Marcia Devon Keisha Omar Tanya Ricardo Simone Andre Nadine Courtney".split(" ");
const FAMILY = "Brown Campbell Wright Gordon Francis Bailey Powell Reid Clarke Grant Morgan Stewart".split(" ");
const MAP = `id: ref
source: system
fields: {full: any_name, first: given_name, last: family_name, mail: email, tel: phone, addr: address, town: locality}
`;
write("map.yaml", MAP);

/** Sixty persons, each in two systems. */
function people(): string[][] {
  const rows: string[][] = [];
  for (let n = 0; n < 60; n += 1) {
    const [given = "", family = ""] = [GIVEN[n % 10], FAMILY[(n * 7 + Math.floor(n / 10)) % 12]];
    const mail = `${given}.${family}${n}@gmail.com`.toLowerCase();
    const tel = `876-${300 + n}-${1000 + n * 37}`;
    rows.push([`a${n}`, "crm", `${given} ${family}`, "", "", mail, tel, `${n + 3} Hope Road`, "Kingston"]);
    rows.push([
      `b${n}`,
      "shop",
      "",
      given,
      family,
      n % 3 === 0 ? "" : mail.toUpperCase(),
      tel.replace(/-/g, ""),
      "",
      "Kingston",
    ]);
  }
  return rows;
}

const HEADER = ["ref", "system", "full", "first", "last", "mail", "tel", "addr", "town"];
const csv = (rows: readonly (readonly string[])[]): string =>
  `${[HEADER, ...rows].map((row) => row.map((cell) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(",")).join("\n")}\n`;
const list = write("people.csv", csv(people()));
write(
  "truth.csv",
  `record_id,cluster_id\n${people()
    .map(([id = ""]) => `${id},${id.slice(1)}`)
    .join("\n")}\n`,
);

describe("c360 link", () => {
  it("writes every file in its fixed form and finds who is who", async () => {
    const { code, json } = await c360(
      "link",
      list,
      "--fields",
      at("map.yaml"),
      "--out",
      at("c.csv"),
      "--pairs",
      at("p.csv"),
      "--candidates",
      at("k.csv"),
      "--questions",
      at("q.csv"),
      "--relations",
      at("r.csv"),
      "--settings-out",
      at("s.json"),
      "--report",
      at("report.json"),
      "--fields-out",
      at("used.yaml"),
    );
    expect(code).toBe(0);
    const head = (name: string): string => readFileSync(at(name), "utf8").split("\n")[0] ?? "";
    expect(head("c.csv")).toBe("record_id,cluster_id,auto_cluster_id,entity_type,confidence");
    expect(head("p.csv")).toBe("left_id,right_id,match_weight,match_probability,decision");
    expect(head("k.csv")).toBe("left_id,right_id");
    expect(head("q.csv")).toBe("rank,question_id,kind,left_id,right_id,left_ids,right_ids,probability,gain,reason");
    expect(head("r.csv")).toBe("left_id,right_id,relation,probability,evidence");
    const clusters = await rowsOf(at("c.csv"));
    expect(clusters.map((row) => row["record_id"])).toEqual(people().map(([id]) => id));
    const [pairs, compared] = [await rowsOf(at("p.csv")), await rowsOf(at("k.csv"))];
    expect(pairs.map((row) => [row["left_id"], row["right_id"]])).toEqual(
      compared.map((row) => [row["left_id"], row["right_id"]]),
    );
    expect(new Set(pairs.map((row) => row["decision"]))).toEqual(new Set(["link", "non_link"]));
    const report = JSON.parse(readFileSync(at("report.json"), "utf8")) as Record<string, unknown>;
    expect(report).toMatchObject({ rows: 120, field_map_guessed: false, precision: 0.995 });
    expect(report["field_map"]).toMatchObject({ id: "ref", source: "system" });
    expect(json["rows"]).toBe(120);
    const judged = await c360("evaluate", at("c.csv"), "--truth", at("truth.csv"));
    expect((judged.json["pairwise"] as { f1: number }).f1).toBeGreaterThan(0.98);
  });

  it("gives the same clusters for shuffled rows, for another format and with the settings it wrote", async () => {
    const first = new Map((await rowsOf(at("c.csv"))).map((row) => [row["record_id"], row["cluster_id"]]));
    const rows = people();
    write("shuffled.csv", csv([...rows.slice(50), ...rows.slice(0, 50)]));
    await writeTableFile(at("people.jsonl"), HEADER, rows);
    await writeTableFile(at("people.parquet"), HEADER, rows);
    await writeTableFile(at("people.xlsx"), HEADER, rows);
    for (const name of ["shuffled.csv", "people.jsonl", "people.parquet", "people.xlsx"]) {
      const { code } = await c360(
        "link",
        at(name),
        "--fields",
        at("map.yaml"),
        "--out",
        at("other.csv"),
        "--settings",
        at("s.json"),
      );
      expect(code, name).toBe(0);
      const other = new Map((await rowsOf(at("other.csv"))).map((row) => [row["record_id"], row["cluster_id"]]));
      expect(other, name).toEqual(new Map([...other.keys()].map((key) => [key, first.get(key)])));
      expect(other.size, name).toBe(120);
    }
  });

  it("guesses the fields, says so, and takes several files", async () => {
    const rows = people();
    const one = write("crm.csv", csv(rows.filter(([, source]) => source === "crm")));
    const two = write("shop.csv", csv(rows.filter(([, source]) => source === "shop")));
    const { code, json } = await c360("link", one, two, "--out", at("g.csv"), "--fields-out", at("guess.yaml"));
    expect(code).toBe(0);
    expect(json["field_map_guessed"]).toBe(true);
    expect(readFileSync(at("guess.yaml"), "utf8")).toMatch(/mail: email/);
    expect(await rowsOf(at("g.csv"))).toHaveLength(120);
  });

  it("obeys answers and the word that a source holds everybody once", async () => {
    write("answers.csv", "left_id,right_id,same\na0,b0,false\na1,b2,true\nzz,b0,true\n");
    const { json } = await c360(
      "link",
      list,
      "--fields",
      at("map.yaml"),
      "--out",
      at("d.csv"),
      "--answers",
      at("answers.csv"),
    );
    expect(json["answers"]).toEqual({ used: 2, unknown_records: 1 });
    const found = new Map((await rowsOf(at("d.csv"))).map((row) => [row["record_id"], row["cluster_id"]]));
    expect(found.get("a0")).not.toBe(found.get("b0"));
    expect(found.get("a1")).toBe(found.get("b2"));
    write("once.yaml", `${MAP}one_record_per_entity: true\n`);
    const twice = write("twice.csv", csv([...people(), ["c0", "crm", ...(people()[0] ?? []).slice(2)]]));
    await c360("link", twice, "--fields", at("once.yaml"), "--out", at("e.csv"));
    const once = new Map((await rowsOf(at("e.csv"))).map((row) => [row["record_id"], row["cluster_id"]]));
    expect(once.get("a0")).not.toBe(once.get("c0"));
  });

  it("explains a pair, two that were never compared, and a cluster", async () => {
    const words = ["explain", list, "--fields", at("map.yaml"), "--settings", at("s.json")];
    const pair = await c360(...words, "a1", "b1");
    expect(pair.code).toBe(0);
    const terms = pair.json["terms"] as { weight: number }[];
    const sum = terms.reduce((total, { weight }) => total + weight, 0);
    expect(Math.abs(sum - (pair.json["match_weight"] as number))).toBeLessThan(1e-9);
    const apart = await c360(...words, "a1", "b2");
    expect(apart.json).toMatchObject({ together: false, change: expect.anything() });
    const cluster = await c360(...words, "--cluster", "b1");
    expect(cluster.json).toMatchObject({ members: ["a1", "b1"], merges: [expect.objectContaining({ step: 1 })] });
    expect((await c360(...words, "a1", "nobody")).code).toBe(2);
  });
});

describe("names and judgement", () => {
  it("compares names row by row and keeps the input's columns", async () => {
    write(
      "names.csv",
      "id,left,right,kind\n7,Bob Smith,Robert Smith,person\n8,Acme Ltd,Acme Limited,\n9,A Ltd,,organisation\n",
    );
    expect((await c360("names", "compare", at("names.csv"), "--out", at("n.csv"))).code).toBe(0);
    const rows = await rowsOf(at("n.csv"));
    expect(Object.keys(rows[0] ?? {})).toEqual([
      "id",
      "left",
      "right",
      "kind",
      "probability",
      "same",
      "tier",
      "reason",
    ]);
    expect(rows.map((row) => row["same"])).toEqual(["true", "true", "false"]);
  });

  it("judges another column and gives rates by trap", async () => {
    write("got.csv", "record_id,cluster_id,auto_cluster_id\na,1,1\nb,1,2\nc,3,3\n");
    write(
      "want.csv",
      "record_id,cluster_id,entity_type,traps,trap_group\na,x,person,twins|typo,g\nb,y,person,twins,g\nc,y,person,,\n",
    );
    const first = await c360("evaluate", at("got.csv"), "--truth", at("want.csv"), "--detail", at("want.csv"));
    expect(first.json).toMatchObject({ false_pairs: 1, traps: [{ trap: "twins", rate: 1 }] });
    const auto = await c360("evaluate", at("got.csv"), "--truth", at("want.csv"), "--column", "auto_cluster_id");
    expect(auto.json).toMatchObject({ false_pairs: 0 });
    expect((await c360("evaluate", at("got.csv"), "--truth", at("want.csv"), "--column", "nope")).code).toBe(2);
  });
});

describe("bad input to c360 link", () => {
  const link = (file: string, ...more: string[]): Promise<Answer> =>
    c360("link", file, "--fields", at("map.yaml"), "--out", at("bad.csv"), ...more);
  const count = async (): Promise<number> => (await rowsOf(at("bad.csv"))).length;

  it("takes an empty list, one row, and columns without a value", async () => {
    expect((await link(write("none.csv", csv([])))).code).toBe(0);
    expect(await count()).toBe(0);
    expect((await link(write("one.csv", csv(people().slice(0, 1))))).code).toBe(0);
    expect(await count()).toBe(1);
    const blank = Array.from({ length: 40 }, (_row, n) => [`x${n}`, "", "", "", "", "", "", "", ""]);
    expect((await link(write("blank.csv", csv(blank)))).code).toBe(0);
    const clusters = new Set((await rowsOf(at("bad.csv"))).map((row) => row["cluster_id"]));
    expect(clusters.size).toBe(40);
  });

  it("takes one column alone and ten thousand columns", async () => {
    write("name.yaml", "fields: {name: any_name}\n");
    const names = Array.from({ length: 30 }, (_row, n) => `${GIVEN[n % 10] ?? ""} ${FAMILY[n % 12] ?? ""}`);
    const lone = await c360(
      "link",
      write("lone.csv", `name\n${names.join("\n")}\n`),
      "--fields",
      at("name.yaml"),
      "--out",
      at("bad.csv"),
    );
    expect(lone.code).toBe(0);
    expect(await count()).toBe(30);
    const wide = Array.from({ length: 10_000 }, (_column, n) => `c${n}`);
    const table = `name,${wide.join(",")}\nDevon Lindo,${wide.map(() => "1").join(",")}\nMarcia Reid,${wide.map(() => "").join(",")}\n`;
    expect(
      (await c360("link", write("wide.csv", table), "--fields", at("name.yaml"), "--out", at("bad.csv"))).code,
    ).toBe(0);
    expect((await c360("link", at("wide.csv"), "--out", at("bad.csv"))).code).toBe(0);
    expect(await count()).toBe(2);
  });

  it("refuses ids that repeat, a map that names a missing column, and a file without content, and says what to do", async () => {
    const doubled = await link(write("doubled.csv", csv([...people(), ...people().slice(0, 2)])));
    expect(doubled.code).toBe(2);
    expect(JSON.stringify(doubled.json)).toContain("2 rows repeat an id (first rows 1 and 121)");
    write("missing.yaml", "id: ref\nfields: {nme: any_name}\n");
    const missing = await c360("link", list, "--fields", at("missing.yaml"), "--out", at("bad.csv"));
    expect(missing.code).toBe(2);
    expect(JSON.stringify(missing.json)).toContain("nme");
    const wrong = await c360(
      "link",
      list,
      "--fields",
      write("w.yaml", "fields: {full: surname}\n"),
      "--out",
      at("bad.csv"),
    );
    expect(wrong.code).toBe(2);
    expect((await link(at("not-there.csv"))).code).toBe(1);
    expect((await link(list, "--precision", "2")).code).toBe(2);
    expect((await c360("link", list)).code).toBe(2);
    const empty = await link(write("empty.csv", ""));
    expect([1, 2]).toContain(empty.code);
    expect(empty.json).toHaveProperty("error");
  });

  it("reads other encodings and scripts, and survives a cell of a megabyte", async () => {
    const rows = people().slice(0, 20);
    const latin = csv([...rows, ["é1", "crm", "José Ñandú", "", "", "", "", "", ""]]);
    expect((await link(write("latin.csv", Buffer.from(latin, "latin1")))).code).toBe(0);
    expect((await rowsOf(at("bad.csv"))).at(-1)?.["record_id"]).toBe("é1");
    const mixed = [
      ["m1", "crm", "Владимир Петров", "", "", "v@x.ru", "", "", ""],
      ["m2", "shop", "Vladimir Petrov", "", "", "v@x.ru", "", "", ""],
      ["m3", "crm", "北京 烤鸭 😀", "", "", "", "", "", ""],
      ["m4", "crm", "x".repeat(1_000_000), "", "", "", "", "y ".repeat(200_000), ""],
      ["m5", "crm", `Devon "the, man" Lindo\nJr`, "", "", "", "", "", ""],
    ];
    expect((await link(write("mixed.csv", csv([...rows, ...mixed])))).code).toBe(0);
    expect(await count()).toBe(25);
  });

  it("does not let thousands of equal rows multiply", async () => {
    const same = Array.from({ length: 20_000 }, (_row, n) => [
      `s${n}`,
      "crm",
      "Cash Customer",
      "",
      "",
      "",
      "876-926-0000",
      "",
      "",
    ]);
    expect((await link(write("same.csv", csv([...people(), ...same])))).code).toBe(0);
    expect(await count()).toBe(20_120);
    const clone = Array.from({ length: 20_000 }, (_row, n) => [`t${n}`, "crm", ...(people()[0] ?? []).slice(2)]);
    const answer = await link(write("clone.csv", csv(clone)));
    expect(answer.code).toBe(0);
    expect(answer.json["candidates"] as number).toBeLessThan(20_000 * 40);
    expect(answer.json["clusters"]).toBe(1);
  });

  it("writes files for their owner alone, also from the shell", () => {
    const bin = join(import.meta.dirname, "../../bin/c360.mjs");
    const { status } = spawnSync(process.execPath, [
      bin,
      "link",
      list,
      "--fields",
      at("map.yaml"),
      "--out",
      at("own.csv"),
    ]);
    expect(status).toBe(0);
    expect(statSync(at("own.csv")).mode & 0o077).toBe(0);
  });
});
