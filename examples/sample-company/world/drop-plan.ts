import { dayOf, isoOf, monthOf, SAMPLE_DAY } from "./calendar.ts";
import { BRANCH_HEADER, NEXT_LIST_DAY, POS_HEADER } from "./tables-branch.ts";
import { CALL_HEADER, EMAIL_HEADER, REPS_HEADER } from "./tables-office.ts";
import type { Row } from "./types.ts";
import { isThere, type World } from "./world.ts";

/** How a CSV export is written: every office has its own habits. */
interface CsvStyle {
  readonly encoding: "utf8" | "utf8-bom" | "latin1" | "utf16le";
  readonly delimiter: "," | ";" | "\t";
  readonly money: "plain" | "grouped" | "signed";
}

/** A file of the drop folder. */
export interface DropFile {
  readonly folder: string;
  readonly name: string;
  /** What the table is, in words. */
  readonly stream: string;
  /** First day on which the file is there. */
  readonly day: number;
  readonly header: readonly string[];
  readonly rows: readonly Row[];
  /** 1-based row of the first of `rows`. */
  readonly firstRow: number;
  /** Null for a workbook. */
  readonly csv: CsvStyle | null;
  /** Lines above the table of a workbook. */
  readonly titles: readonly string[];
}

const HOUSE: CsvStyle = { encoding: "utf8", delimiter: ",", money: "plain" };
const styles: Readonly<Record<string, CsvStyle>> = {
  archive: { encoding: "latin1", delimiter: ",", money: "grouped" },
  "2025": { encoding: "utf8-bom", delimiter: ";", money: "plain" },
  "2026-01": { encoding: "utf16le", delimiter: "\t", money: "plain" },
  "2026-02": { encoding: "utf16le", delimiter: "\t", money: "plain" },
  "2026-03": { encoding: "latin1", delimiter: ";", money: "signed" },
};

const csvFile = (
  folder: string,
  name: string,
  stream: string,
  day: number,
  header: readonly string[],
  rows: readonly Row[],
  csv: CsvStyle,
): DropFile => ({
  folder,
  name,
  stream,
  day,
  header,
  rows,
  firstRow: 2,
  csv,
  titles: [],
});

function totalRow(rows: readonly Row[]): Row {
  let cents = 0;
  for (const { cells, defect } of rows) {
    const amount = cells[6];
    if (defect === undefined && typeof amount === "object" && amount !== null && "cents" in amount)
      cents += amount.cents;
  }
  return { cells: ["TOTAL", null, null, null, null, null, { cents }, null, null], from: 0, defect: "total_row" };
}

function byPart(rows: readonly Row[], part: (day: number) => string): Map<string, Row[]> {
  const parts = new Map<string, Row[]>();
  for (const row of rows) {
    const key = part(row.from);
    const list = parts.get(key);
    if (list === undefined) parts.set(key, [row]);
    else list.push(row);
  }
  return parts;
}

const fileDay = (part: string): number => (/^\d{4}-\d{2}-\d{2}$/.test(part) ? dayOf(part) : SAMPLE_DAY);

/** The till's exports: an archive, one file a month, then one a day; and June once more under another name on day 3. */
function tillFiles(rows: readonly Row[]): DropFile[] {
  const archived = dayOf("2025-06-30");
  const parts = byPart(rows, (day) => (day <= archived ? "archive" : day <= SAMPLE_DAY ? monthOf(day) : isoOf(day)));
  const files = [...parts].map(([part, list]) => {
    const name = part === "archive" ? "pos-sales-archive-2023-2025.csv" : `pos-sales-${part}.csv`;
    const whole = fileDay(part) > SAMPLE_DAY ? list : [...list, totalRow(list)];
    const style = styles[part] ?? styles[part.slice(0, 4)] ?? HOUSE;
    return csvFile(
      "montego-bay",
      name,
      "till sales",
      fileDay(part),
      POS_HEADER,
      whole,
      part.startsWith("2026") ? (styles[part] ?? HOUSE) : style,
    );
  });
  const june = (parts.get("2026-06") ?? []).filter((row) => row.defect === undefined);
  files.push(
    csvFile("montego-bay", "pos-sales-2026-06 (final).csv", "till sales", SAMPLE_DAY + 3, POS_HEADER, june, HOUSE),
  );
  return files;
}

function logFiles(prefix: string, stream: string, header: readonly string[], rows: readonly Row[]): DropFile[] {
  const half = (day: number): string =>
    day > SAMPLE_DAY ? isoOf(day) : `${isoOf(day).slice(0, 4)}H${isoOf(day).slice(5, 7) < "07" ? 1 : 2}`;
  return [...byPart(rows, half)].map(([part, list]) => {
    const style: CsvStyle =
      part === "2023H2" ? { ...HOUSE, encoding: "latin1" } : part === "2024H1" ? { ...HOUSE, delimiter: ";" } : HOUSE;
    return csvFile("office", `${prefix}-${part}.csv`, stream, fileDay(part), header, list, style);
  });
}

function branchFile(rows: readonly Row[], name: string, day: number, asAt: string): DropFile {
  const list = rows.filter((row) => isThere(row, day));
  const sum = (at: number): number =>
    list.reduce((total, { cells, defect }) => {
      const cell = cells[at];
      return defect === undefined && typeof cell === "object" && cell !== null && "cents" in cell
        ? total + cell.cents
        : total;
    }, 0);
  const blank: Row = { cells: [], from: 0 };
  const total: Row = {
    cells: ["TOTAL", null, null, null, null, null, null, null, null, null, { cents: sum(10) }, { cents: sum(11) }],
    from: 0,
    defect: "total_row",
  };
  return {
    folder: "montego-bay",
    name,
    stream: "branch customers",
    day,
    header: BRANCH_HEADER,
    rows: [...list, blank, total],
    firstRow: 5,
    csv: null,
    titles: ["BLUE MOUNTAIN TRADERS LTD - MONTEGO BAY BRANCH", `Customer list as at ${asAt}`, ""],
  };
}

/** Every file that is there on a day, in order of folder and name. */
export function dropFiles(world: World, day: number): readonly DropFile[] {
  const files = [
    branchFile(world.branchList, "MoBay Customers 2026-06.xlsx", SAMPLE_DAY, "30-Jun-2026"),
    branchFile(world.branchList, "MoBay Customers 2026-07.xlsx", NEXT_LIST_DAY, "03-Jul-2026"),
    ...tillFiles(world.till),
    ...logFiles("email-log", "email log", EMAIL_HEADER, world.emails),
    ...logFiles("call-log", "call log", CALL_HEADER, world.calls),
    csvFile("reps", "Kingston rep contacts.csv", "rep contacts", SAMPLE_DAY, REPS_HEADER, world.reps, HOUSE),
  ];
  return files.filter((file) => file.day <= day).sort((a, b) => (a.folder + a.name < b.folder + b.name ? -1 : 1));
}
