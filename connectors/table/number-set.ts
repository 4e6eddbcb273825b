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

/** A set of hashes written as 16 hexadecimal digits: 64 bits each, exactly, in 16 to 32 bytes. */
export interface HashSet {
  /** Adds a hash; false where it was there already. */
  add(hash: string): boolean;
}

/** An empty set. Open addressing, kept at most half full; a slot of two zeros is free, and that one hash has a flag. */
export function createHashSet(): HashSet {
  let slots = new Uint32Array(2048);
  let size = 0;
  let zero = false;
  const place = (table: Uint32Array, high: number, low: number): number => {
    const mask = table.length / 2 - 1;
    let at = (high ^ low) & mask;
    while ((table[2 * at] !== 0 || table[2 * at + 1] !== 0) && (table[2 * at] !== high || table[2 * at + 1] !== low)) {
      at = (at + 1) & mask;
    }
    return 2 * at;
  };
  const grow = (): void => {
    const bigger = new Uint32Array(slots.length * 2);
    for (let at = 0; at < slots.length; at += 2) {
      const [high = 0, low = 0] = [slots[at], slots[at + 1]];
      if (high === 0 && low === 0) continue;
      const to = place(bigger, high, low);
      bigger[to] = high;
      bigger[to + 1] = low;
    }
    slots = bigger;
  };
  return {
    add(hash) {
      const high = hexNumber(hash, 0);
      const low = hexNumber(hash, 8);
      if (high === 0 && low === 0) {
        const fresh = !zero;
        zero = true;
        return fresh;
      }
      const at = place(slots, high, low);
      if (slots[at] === high && slots[at + 1] === low) return false;
      slots[at] = high;
      slots[at + 1] = low;
      size += 1;
      if (size * 4 > slots.length) grow();
      return true;
    },
  };
}

/** Eight hexadecimal digits of a text, small letters, as a number. */
function hexNumber(text: string, from: number): number {
  let value = 0;
  for (let at = from; at < from + 8; at += 1) {
    const code = text.charCodeAt(at);
    value = (value << 4) | (code < 58 ? code - 48 : code - 87);
  }
  return value >>> 0;
}
