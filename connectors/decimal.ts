/** A decimal text as ten-thousandths, exactly; null when it is no plain decimal number. Digits beyond four are refused. */
export function parseDecimal(text: string): bigint | null {
  const found = /^\s*([+-]?)(\d+)(?:\.(\d*))?\s*$/.exec(text);
  if (found === null) return null;
  const fraction = (found[3] ?? "").replace(/0+$/, "");
  if (fraction.length > 4) return null;
  const units = BigInt(`${found[2] ?? "0"}${fraction.padEnd(4, "0")}`);
  return found[1] === "-" ? -units : units;
}

/** Ten-thousandths as decimal text with at least two places. */
export function formatDecimal(units: bigint): string {
  const sign = units < 0n ? "-" : "";
  const digits = (units < 0n ? -units : units).toString().padStart(5, "0");
  const fraction = digits.slice(-4).replace(/0{1,2}$/, "");
  return `${sign}${digits.slice(0, -4)}.${fraction}`;
}

/** Adds up money by kind and currency, exactly. */
export interface Totals {
  add(kind: string, currency: string, amount: unknown): void;
  /** `{invoice: {JMD: "12.00"}}`, keys sorted; undefined when nothing was added. */
  result(): Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;
}

/** An empty sum. Amounts that are no numbers are left out: they are found when the record is cleansed. */
export function createTotals(): Totals {
  const sums = new Map<string, Map<string, bigint>>();
  return {
    add(kind, currency, amount) {
      const units = typeof amount === "number" || typeof amount === "string" ? parseDecimal(String(amount)) : null;
      if (units === null) return;
      const byCurrency = sums.get(kind) ?? new Map<string, bigint>();
      byCurrency.set(currency, (byCurrency.get(currency) ?? 0n) + units);
      sums.set(kind, byCurrency);
    },
    result() {
      if (sums.size === 0) return undefined;
      const plain = [...sums].sort(byKey).map(([kind, byCurrency]) => {
        const inner = [...byCurrency].sort(byKey).map(([currency, units]) => [currency, formatDecimal(units)] as const);
        return [kind, Object.fromEntries(inner)] as const;
      });
      return Object.fromEntries(plain);
    },
  };
}

function byKey(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}
