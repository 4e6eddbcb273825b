/** A number packed into 30 bits, as both binary formats store it: two flags, then an integer or the top of a double. */
export function rkNumber(rk: number): number {
  const whole = (rk & 2) !== 0;
  const view = new DataView(new ArrayBuffer(8));
  view.setUint32(0, (rk & 0xfffffffc) >>> 0);
  const value = whole ? rk >> 2 : view.getFloat64(0);
  return (rk & 1) !== 0 ? value / 100 : value;
}

const ERRORS: Readonly<Record<number, string>> = {
  0: "#NULL!",
  7: "#DIV/0!",
  15: "#VALUE!",
  23: "#REF!",
  29: "#NAME?",
  36: "#NUM!",
  42: "#N/A",
  43: "#GETTING_DATA",
};

/** Sign of an error by its number. */
export function errorCode(code: number): string {
  return ERRORS[code] ?? `#ERROR ${code}`;
}
