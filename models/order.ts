/** Rows of a column in order of its values, kept as long as the column is. */
const orders = new WeakMap<Float64Array, Int32Array>();

/** The given rows that have a value, in order of value, then of row. Sorting is done once for a column. */
export function inOrder(values: Float64Array, rows: Int32Array): Int32Array {
  let order = orders.get(values);
  if (order === undefined) {
    order = sorted(values);
    orders.set(values, order);
  }
  if (rows.length === values.length) return order;
  const wanted = new Uint8Array(values.length);
  for (let k = 0; k < rows.length; k += 1) wanted[rows[k]!] = 1;
  const found = new Int32Array(rows.length + 1);
  let many = 0;
  for (let k = 0; k < order.length; k += 1) {
    found[many] = order[k]!;
    many += wanted[order[k]!]!;
    if (many === rows.length) break;
  }
  return found.subarray(0, many);
}

/** The values of the given rows. */
export function valuesAt(values: Float64Array, rows: Int32Array): Float64Array {
  const found = new Float64Array(rows.length);
  for (let k = 0; k < rows.length; k += 1) found[k] = values[rows[k]!]!;
  return found;
}

/** Rows that a number of 53 bits can hold beside 32 bits of a value. */
const MOST_KEYS = 2 ** 21;

/** Columns hold 32-bit numbers: value and row in one key are sorted many times faster than by a comparison. */
function sorted(values: Float64Array): Int32Array {
  const present = new Int32Array(values.length);
  let many = 0;
  for (let i = 0; i < values.length; i += 1) {
    present[many] = i;
    if (!Number.isNaN(values[i]!)) many += 1;
  }
  const rows = present.slice(0, many);
  if (values.length > MOST_KEYS || rows.some((i) => Math.fround(values[i]!) !== values[i]!)) {
    return rows.sort((a, b) => values[a]! - values[b]! || a - b);
  }
  const [single, bits] = [new Float32Array(1), new Uint32Array(1)];
  const view = new Uint32Array(single.buffer);
  const keys = new Float64Array(many);
  for (let k = 0; k < many; k += 1) {
    // Zero is added so that -0 and 0 are one value.
    single[0] = values[rows[k]!]! + 0;
    bits[0] = view[0]! >>> 31 === 1 ? ~view[0]! : view[0]! | 0x80000000;
    keys[k] = bits[0] * MOST_KEYS + rows[k]!;
  }
  keys.sort();
  for (let k = 0; k < many; k += 1) rows[k] = keys[k]! % MOST_KEYS;
  return rows;
}
