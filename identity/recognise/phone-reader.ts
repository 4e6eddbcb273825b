import type { CountryPack } from "#core";
import { normalisePhones } from "../standardise/phones.ts";
import { byText } from "../text.ts";

/** Reads the numbers of cells, quickly for long lists. */
export interface PhoneReader {
  /** E.164, valid, sorted, distinct. */
  read(cells: readonly string[]): readonly string[];
}

// Ten digits in the usual groups, with or without the country's 1; and seven digits without an area code.
const WHOLE = /^\s*(?:\+?1[ .-]?)?\(?([2-9]\d\d)\)?[ .-]?([2-9]\d\d)[ .-]?(\d{4})\s*$/;
const LOCAL = /^\s*([2-9]\d\d)[ .-]?(\d{4})\s*$/;
/** Repeated and rising digits are fillers, whatever their beginning. */
const FILLER = /(\d)\1{4}|^555|123|0000$/;
const MOST_CELLS = 100_000;

/**
 * Reads numbers as {@link normalisePhones} does. Whether a plain number is one depends on its area code and exchange
 * alone: each such beginning is looked up once, which makes long lists many times quicker.
 */
export function phoneReader(pack: CountryPack): PhoneReader {
  const heads = new Map<string, string | null>();
  const cells = new Map<string, readonly string[]>();
  const slow = (cell: string): readonly string[] => {
    const known = cells.get(cell);
    if (known !== undefined) return known;
    const { phones } = normalisePhones(cell, { pack });
    if (cells.size > MOST_CELLS) cells.clear();
    cells.set(cell, phones);
    return phones;
  };
  const readOne = (cell: string): readonly string[] => {
    const whole = pack.phone.callingCode === "1" ? WHOLE.exec(cell) : null;
    const found = whole ?? LOCAL.exec(cell);
    if (found === null) return slow(cell);
    // Area code and exchange; the last four digits are free.
    const area = whole?.[1] ?? "";
    const tail = found.slice(whole === null ? 1 : 2).join("");
    if (FILLER.test(tail)) return slow(cell);
    const head = `${area}/${tail.slice(0, 3)}`;
    const start = heads.get(head);
    if (start !== undefined) return start === null ? [] : [start + tail];
    const { phones } = normalisePhones(cell, { pack });
    const [only] = phones;
    if (phones.length === 0) heads.set(head, null);
    else if (phones.length === 1 && only?.endsWith(tail) === true) heads.set(head, only.slice(0, -tail.length));
    return phones;
  };
  return {
    read: (list) => {
      if (list.length === 1 && list[0] !== undefined) return readOne(list[0]);
      return list.length === 0 ? [] : [...new Set(list.flatMap(readOne))].sort(byText);
    },
  };
}
