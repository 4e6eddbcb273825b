import type { Prepared } from "./prepare.ts";

/** Repeats that a source must be expected to hold before their absence tells anything. */
const LEAST_EXPECTED = 12;
/** Share of the expected repeats that a source may hold. */
const FEW = 0.12;
/** Records of one key that are still counted. */
const LARGEST = 20;

/**
 * Sources that hold hardly anybody twice, with their records: held against the pairs that they share with other sources by
 * a whole name and another value (a name alone where there is nothing else), they have next to none of their own. Those
 * `declared` to be such are taken at their word.
 */
export function cleanSources(records: readonly Prepared[], declared: readonly string[] = []): Record<string, number> {
  const sizes = new Map<string, number>();
  for (const { source } of records) sizes.set(source, (sizes.get(source) ?? 0) + 1);
  if (sizes.size < 2) return {};
  const blocks = wholeBlocks(records);
  const across = new Map<string, number>();
  const within = new Map<string, number>();
  const seen = new Set<number>();
  const count = (table: Map<string, number>, source: string): void => {
    table.set(source, (table.get(source) ?? 0) + 1);
  };
  for (const block of blocks) {
    if (block.length > LARGEST) continue;
    for (const [from, left] of block.entries()) {
      for (const right of block.slice(from + 1)) {
        const pair = left * records.length + right;
        if (seen.has(pair)) continue;
        seen.add(pair);
        const [a, b] = [records[left]?.source ?? "", records[right]?.source ?? ""];
        if (a === b) count(within, a);
        else for (const source of [a, b]) count(across, source);
      }
    }
  }
  // Were its records repeated as often as they stand in other sources, there would be so many pairs within it.
  const isClean = (source: string): boolean => {
    if (declared.includes(source)) return true;
    const size = sizes.get(source) ?? 0;
    const expected = ((across.get(source) ?? 0) * (size - 1)) / 2 / Math.max(1, records.length - size);
    return expected >= LEAST_EXPECTED && (within.get(source) ?? 0) <= FEW * expected;
  };
  return Object.fromEntries([...sizes].filter(([source]) => isClean(source)).sort(([a], [b]) => (a < b ? -1 : 1)));
}

// Records of one name and value. Most names stand once: only of the others the values are looked at.
function wholeBlocks(records: readonly Prepared[]): readonly (readonly number[])[] {
  const bearers = new Map<string, number | number[]>();
  for (let at = 0; at < records.length; at += 1) {
    const record = records[at];
    const name = record === undefined || record.type === "none" ? "" : wholeName(record);
    if (name === "") continue;
    const known = bearers.get(name);
    if (known === undefined) bearers.set(name, at);
    else if (typeof known === "number") bearers.set(name, [known, at]);
    else known.push(at);
  }
  const blocks: (readonly number[])[] = [];
  for (const list of bearers.values()) if (typeof list !== "number") addBlocks(blocks, records, list);
  return blocks;
}

function addBlocks(blocks: (readonly number[])[], records: readonly Prepared[], bearers: readonly number[]): void {
  const byValue = new Map<string, number[]>();
  for (const at of bearers) {
    const record = records[at];
    if (record === undefined) continue;
    for (const value of wholeValues(record)) {
      const block = byValue.get(value);
      if (block === undefined) byValue.set(value, [at]);
      else if (block.at(-1) !== at) block.push(at);
    }
  }
  for (const block of byValue.values()) if (block.length > 1) blocks.push(block);
}

/** What stands for all values of a record that has none. */
const NO_VALUE = [""];

function wholeValues(record: Prepared): readonly string[] {
  const values = [...record.phones, ...record.emails].filter((value) => value !== "");
  for (const value of [record.birth, record.door, record.postcode, record.locality])
    if (value !== "") values.push(value);
  for (const { value } of record.years) values.push(String(value));
  if (record.authors.length > 0) values.push(record.authors.join(" "));
  return values.length === 0 ? NO_VALUE : values;
}

function wholeName(record: Prepared): string {
  if (record.type === "item") return record.titleWords.length < 2 ? "" : record.titleWords.join(" ");
  if (record.type !== "organisation" && record.family !== "" && record.given[0] !== undefined)
    return inOrder([...record.given, record.family]);
  const [firm] = record.firms;
  return firm === undefined ? "" : firm.length === 1 ? (firm[0] ?? "") : inOrder([...firm]);
}

function inOrder(list: string[]): string {
  const [a = "", b = ""] = list;
  if (list.length === 2) return a < b ? `${a} ${b}` : `${b} ${a}`;
  return list.sort().join(" ");
}
