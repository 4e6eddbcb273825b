import type { CountryPack } from "#core";
import { plainNumber } from "../standardise/phone-plan.ts";
import { normalisePhones } from "../standardise/phones.ts";
import { byText } from "../text.ts";

/** Reads the numbers of cells, quickly for long lists. */
export interface PhoneReader {
  /** E.164, valid, sorted, distinct. */
  read(cells: readonly string[]): readonly string[];
}

const MOST_CELLS = 100_000;
const NONE: readonly string[] = [];

/** Reads numbers as {@link normalisePhones} does; a cell that needs the full reading is read once. */
export function phoneReader(pack: CountryPack): PhoneReader {
  const cells = new Map<string, readonly string[]>();
  const readOne = (cell: string): readonly string[] => {
    const plain = plainNumber(cell, pack);
    if (plain !== null) return [plain.e164];
    const known = cells.get(cell);
    if (known !== undefined) return known;
    const { phones } = normalisePhones(cell, { pack });
    if (cells.size > MOST_CELLS) cells.clear();
    cells.set(cell, phones);
    return phones;
  };
  return {
    read: (list) => {
      if (list.length === 1 && list[0] !== undefined) return readOne(list[0]);
      if (list.length === 0) return NONE;
      const found: string[] = [];
      for (const cell of list) for (const phone of readOne(cell)) if (!found.includes(phone)) found.push(phone);
      return found.length < 2 ? found : found.sort(byText);
    },
  };
}
