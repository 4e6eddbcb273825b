import type { CountryPack } from "#core";
import { countryCode, placeForm, placeIndex } from "../places.ts";
import { normalisePhones } from "../standardise/phones.ts";
import type { FieldKind } from "./field-kinds.ts";
import type { FieldMap } from "./field-map.ts";
import type { RecordTable } from "./row-cells.ts";

const SAMPLE = 300;

/**
 * The pack whose country the rows speak of: by country cells, regions, places and numbers that only it can read. The first
 * pack wins where nothing tells. Throws a RangeError without packs.
 */
export function choosePack(tables: readonly RecordTable[], map: FieldMap, packs: readonly CountryPack[]): CountryPack {
  const [first] = packs;
  if (first === undefined) throw new RangeError("no packs");
  const samples = {
    country: sample(tables, map, "country"),
    region: sample(tables, map, "region"),
    locality: sample(tables, map, "locality"),
    phone: sample(tables, map, "phone"),
  };
  const share = (cells: readonly string[], test: (cell: string) => boolean): number =>
    cells.length === 0 ? 0 : cells.filter(test).length / cells.length;
  const scored = packs.map((pack) => {
    const index = placeIndex(pack);
    const score =
      3 * share(samples.country, (cell) => countryCode(cell) === pack.country) +
      2 * share(samples.region, (cell) => index.regions.has(placeForm(cell))) +
      share(samples.locality, (cell) => index.places.has(placeForm(cell))) +
      0.5 * share(samples.phone, (cell) => normalisePhones(cell, { pack }).phones.length > 0);
    return { pack, score: Math.round(score * 1000) };
  });
  return scored.reduce((best, one) => (one.score > best.score ? one : best)).pack;
}

function sample(tables: readonly RecordTable[], map: FieldMap, kind: FieldKind): string[] {
  const cells: string[] = [];
  for (const table of tables) {
    for (const [at, name] of table.names.entries()) {
      if (map.fields[name] !== kind) continue;
      const column = table.columns[at] ?? [];
      // Spread over the whole file: sorted lists begin with one country or region.
      const step = Math.max(1, Math.floor(column.length / SAMPLE));
      for (let row = 0; row < column.length; row += step) {
        const cell = column[row];
        if (cell !== null && cell !== undefined && cell !== "") cells.push(cell);
      }
    }
  }
  return cells;
}

/**
 * One pack for lists of mixed origin: places, numbers and customs of the first; names, legal forms, placeholders, street
 * types and regions of all.
 */
export function mergePacks(packs: readonly [CountryPack, ...CountryPack[]]): CountryPack {
  const [base] = packs;
  const all = <T>(read: (pack: CountryPack) => readonly T[], id: (one: T) => string): T[] => {
    const seen = new Map<string, T>();
    for (const pack of packs) for (const one of read(pack)) if (!seen.has(id(one))) seen.set(id(one), one);
    return [...seen.values()];
  };
  const text = (one: string): string => one;
  const forms = new Map<string, Set<string>>();
  for (const pack of packs) {
    for (const { form, aliases } of pack.legalForms) {
      const held = forms.get(form) ?? new Set<string>();
      for (const alias of aliases) held.add(alias);
      forms.set(form, held);
    }
  }
  return {
    ...base,
    regions: all(
      (pack) => pack.regions,
      ({ code }) => code,
    ),
    streetTypes: Object.assign({}, ...[...packs].reverse().map((pack) => pack.streetTypes)) as Record<string, string>,
    unitWords: all((pack) => pack.unitWords, text),
    legalForms: [...forms].map(([form, aliases]) => ({ form, aliases: [...aliases] })),
    organisationWords: all((pack) => pack.organisationWords, text),
    tradingAs: all((pack) => pack.tradingAs, text),
    placeholders: all((pack) => pack.placeholders, text),
    nicknames: all(
      (pack) => pack.nicknames,
      (group) => [...group].sort().join(" "),
    ),
    homeWords: all((pack) => pack.homeWords, text),
    handleEnds: all((pack) => pack.handleEnds, text),
    titles: all((pack) => pack.titles, text),
    commonNames: {
      given: Object.assign({}, ...[...packs].reverse().map((pack) => pack.commonNames.given)) as Record<string, number>,
      family: Object.assign({}, ...[...packs].reverse().map((pack) => pack.commonNames.family)) as Record<
        string,
        number
      >,
    },
    countryNames: all(
      (pack) => pack.countryNames,
      ([name = ""]) => name,
    ),
  };
}
