/** A set of numbers above zero that takes 8 to 16 bytes for each: a set of the language takes some sixty. */
export interface NumberSet {
  readonly size: number;
  /** Adds a number; false where it was there already. */
  add(value: number): boolean;
  has(value: number): boolean;
}

/** An empty set. Open addressing, kept at most half full. */
export function createNumberSet(): NumberSet {
  let slots = new Float64Array(1024);
  let size = 0;
  const place = (table: Float64Array, value: number): number => {
    const mask = table.length - 1;
    // The numbers are hashes already; both halves have a say in where they go.
    let at = ((value % 0x100000000) ^ (value / 0x100000000)) & mask;
    while (table[at] !== 0 && table[at] !== value) at = (at + 1) & mask;
    return at;
  };
  const grow = (): void => {
    const bigger = new Float64Array(slots.length * 2);
    for (const value of slots) if (value !== 0) bigger[place(bigger, value)] = value;
    slots = bigger;
  };
  return {
    get size() {
      return size;
    },
    add(value) {
      const at = place(slots, value);
      if (slots[at] === value) return false;
      slots[at] = value;
      size += 1;
      if (size * 2 > slots.length) grow();
      return true;
    },
    has: (value) => slots[place(slots, value)] === value,
  };
}
