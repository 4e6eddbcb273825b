import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { seededRandom } from "#core";
import { lexiconOf, linkRecords, prepareRecord, serialiseSettings } from "#identity";
import type { LinkResult, RecordTable } from "#identity";
import { loadPacks } from "../../jobs/linkage/packs.ts";
import { readRecordFiles } from "../../jobs/linkage/read-records.ts";
import { buildInThreads } from "../../jobs/linkage/row-threads.ts";
import { ThreadTeam } from "../../jobs/linkage/thread-team.ts";

const dir = mkdtempSync(join(tmpdir(), "c360-threads-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const NAMES = ["id", "system", "name", "mail", "tel", "addr", "born", "note"];

/** Two tables, one of them longer than a part of a thread, with empty, odd and doubled cells. */
function tables(): RecordTable[] {
  const random = seededRandom(3);
  const pick = (list: readonly (string | null)[]): string | null => list[Math.floor(random() * list.length)] ?? null;
  const row = (n: number): (string | null)[] => [
    `r${n}`,
    pick(["crm", "till", null]),
    pick(["Ann Lee", "LEE, ANN", "Lee's Hardware Ltd", "José Muñoz", "Cash Customer", null]),
    pick([`ann${n % 97}@lee.com`, "n/a", "a@b.com; c@d.com", null]),
    pick([`876-926-${1000 + (n % 9000)}`, "926-1234/5", "(718) 781-8471 ext 4", null]),
    pick([`${n % 200} Hope Road, Kingston 6`, "Shop 4, Plaza Mall, Mandeville", null]),
    pick(["13/02/1980", "02/03/1981", null]),
    pick(["call later", null]),
  ];
  return [5200, 300].map((size, number) => {
    const rows = Array.from({ length: size }, (_one, n) => row(number * 100_000 + n));
    return {
      source: `s${number}`,
      names: NAMES,
      rows: size,
      columns: NAMES.map((_name, at) => rows.map((cells) => cells[at] ?? null)),
    };
  });
}

describe("rows read in threads", () => {
  it("are the records that one thread reads, in the same order", async () => {
    const [pack] = await loadPacks("JM");
    const map = {
      id: "id",
      source: "system",
      fields: { name: "any_name", mail: "email", tel: "phone", addr: "address", born: "birth_date", note: "text" },
    } as const;
    const lexicon = lexiconOf(pack);
    const read = async (threads: number): ReturnType<typeof buildInThreads> => {
      const list = tables();
      const ids = list.flatMap(({ columns }) => (columns[0] ?? []).map(String));
      const team = new ThreadTeam(threads);
      try {
        return await buildInThreads(list, { map, pack, ids }, team, lexicon);
      } finally {
        await team.close();
      }
    };
    const [one, several] = [await read(1), await read(2)];
    expect(one.records).toHaveLength(5500);
    // Told by one answer: showing what differs in thousands of records takes longer than reading them.
    expect(isDeepStrictEqual(several, one)).toBe(true);
    const again = one.records.map((record) => prepareRecord(record, lexicon));
    expect(several.prepared.every((record, at) => record === null || isDeepStrictEqual(record, again[at]))).toBe(true);
  });

  it("are linked in two threads as they are in one", async () => {
    const lines = tables().flatMap(({ rows, columns }) =>
      Array.from({ length: rows }, (_row, at) =>
        columns.map((cells) => (cells[at] === null ? "" : `"${cells[at]}"`)).join(","),
      ),
    );
    const file = join(dir, "many.csv");
    writeFileSync(file, [NAMES.join(","), ...lines].join("\n"));
    const link = async (team: ThreadTeam | null): Promise<LinkResult> => {
      const read = await readRecordFiles({ files: [file], command: "link", ...(team === null ? {} : { team }) });
      const helper = team?.helper(read.prepared);
      return linkRecords(
        { records: read.records, constraints: [], pack: read.pack, seed: 1 },
        { prepared: read.prepared, ...(helper === undefined ? {} : { helper }) },
      );
    };
    const team = new ThreadTeam(2);
    const two = await link(team).finally(() => team.close());
    const one = await link(null);
    expect(isDeepStrictEqual(two.clusters, one.clusters)).toBe(true);
    expect(isDeepStrictEqual(two.candidates, one.candidates)).toBe(true);
    expect(isDeepStrictEqual(two.relations, one.relations)).toBe(true);
    expect(serialiseSettings(two.settings)).toBe(serialiseSettings(one.settings));
  });
});

describe("country packs", () => {
  it("can all be named, and every one of them is read with the others behind it", async () => {
    const there = readdirSync(new URL("../../packs", import.meta.url)).map((name) => name.toUpperCase());
    for (const country of there) {
      const codes = (await loadPacks(country.toLowerCase())).map((pack) => pack.country);
      expect(codes[0]).toBe(country);
      expect([...codes].sort()).toEqual([...there].sort());
    }
  });
});

describe("files that nobody should have saved", () => {
  const read = (name: string, content: string | Buffer): ReturnType<typeof readRecordFiles> => {
    writeFileSync(join(dir, name), content);
    return readRecordFiles({ files: [join(dir, name)], command: "link" });
  };

  it("have the rest of a cell of a megabyte left out, and said so", async () => {
    const long = (text: string): string => text.repeat(1_000_000 / text.length);
    const rows = [
      ["id", "name", "address", "phone", "notes"],
      ["1", "Ann Lee", long("12 Hope Road "), long("876-926-1234 "), long("note ")],
      ["2", long("Ann "), "12 Hope Road", "876-926-1234", "note"],
    ];
    const { records, notices } = await read("long.csv", rows.map((row) => row.join(",")).join("\n"));
    expect(records).toHaveLength(2);
    expect(records[0]?.phones).toEqual(["+18769261234"]);
    expect(notices.filter((text) => text.includes("longer than"))).toHaveLength(4);
  });

  it("are refused where they are no text", async () => {
    const random = seededRandom(1);
    const bytes = Buffer.from(Array.from({ length: 20_000 }, () => Math.floor(random() * 256)));
    await expect(read("picture.csv", bytes)).rejects.toMatchObject({ code: "FILE_UNSUPPORTED" });
    const header = "\u4e00".repeat(5000);
    await expect(read("symbols.csv", `${header}\n`)).rejects.toMatchObject({ code: "FILE_CORRUPT" });
  });

  it("say that rows are called by their number where no column is an id", async () => {
    const { records, notices } = await read("plain.csv", "name\nAnn Lee\nBob Ray\n");
    expect(records.map(({ key }) => key)).toEqual(["1", "2"]);
    expect(notices.join(" ")).toContain("called by their number");
  });
});
