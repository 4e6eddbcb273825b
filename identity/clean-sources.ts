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
  for (const block of blocks.values()) {
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

// Records by name and value. Most names stand once: only of the others the values are looked at.
function wholeBlocks(records: readonly Prepared[]): ReadonlyMap<string, readonly number[]> {
  const numbers = new Map<string, number>();
  const bearers: number[] = [];
  const names = Int32Array.from(records, (record) => {
    const name = record.type === "none" ? "" : wholeName(record);
    if (name === "") return -1;
    let number = numbers.get(name);
    if (number === undefined) numbers.set(name, (number = numbers.size));
    bearers[number] = (bearers[number] ?? 0) + 1;
    return number;
  });
  const blocks = new Map<string, number[]>();
  for (const [at, record] of records.entries()) {
    const number = names[at] ?? -1;
    if ((bearers[number] ?? 0) < 2) continue;
    for (const key of wholeKeys(record, String(number))) {
      const block = blocks.get(key);
      if (block === undefined) blocks.set(key, [at]);
      else block.push(at);
    }
  }
  return blocks;
}

function wholeKeys(record: Prepared, name: string): string[] {
  const values = [
    record.birth,
    ...record.phones,
    ...record.emails,
    record.door,
    record.postcode,
    record.locality,
    ...record.years.map(({ value }) => String(value)),
    record.authors.join(" "),
  ].filter((value) => value !== "");
  return values.length === 0 ? [name] : [...new Set(values)].map((value) => `${name}|${value}`);
}

function wholeName(record: Prepared): string {
  if (record.type === "item") return record.titleWords.length < 2 ? "" : record.titleWords.join(" ");
  if (record.type !== "organisation" && record.family !== "" && record.given[0] !== undefined)
    return [...record.given, record.family].sort().join(" ");
  return [...(record.firms[0] ?? [])].sort().join(" ");
}
