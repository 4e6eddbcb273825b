/** Rows of a column in order of its values, kept as long as the column is. */
const orders = new WeakMap<Float64Array, Int32Array>();

/** The given rows that have a value, in order of value, then of row. Sorting is done once for a column. */
export function inOrder(values: Float64Array, rows: Int32Array): Int32Array {
  let order = orders.get(values);
  if (order === undefined) {
    order = Int32Array.from(values, (_value, i) => i)
      .filter((i) => !Number.isNaN(values[i]!))
      .sort((a, b) => values[a]! - values[b]! || a - b);
    orders.set(values, order);
  }
  if (rows.length === values.length) return order;
  const wanted = new Uint8Array(values.length);
  for (let k = 0; k < rows.length; k += 1) wanted[rows[k]!] = 1;
  const found = new Int32Array(rows.length);
  let many = 0;
  for (let k = 0; k < order.length; k += 1) {
    found[many] = order[k]!;
    many += wanted[order[k]!]!;
    if (many === found.length) break;
  }
  return found.subarray(0, many);
}
