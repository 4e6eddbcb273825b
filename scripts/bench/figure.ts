/** One measured figure: what, how much, in which unit, and the bar it is held to. */
export interface Figure {
  readonly what: string;
  readonly value: number | string | boolean;
  readonly unit?: string;
  readonly bar?: string;
  readonly met?: boolean;
}

/** A benchmark gives figures as they are measured. */
export type Bench = (words: readonly string[]) => AsyncIterable<Figure>;

/** A figure that is held to an upper bound. */
export function atMost(what: string, value: number, unit: string, bar: number): Figure {
  return { what, value: Math.round(value * 1000) / 1000, unit, bar: `<= ${bar}`, met: value <= bar };
}

/** A figure that is held to a lower bound. */
export function atLeast(what: string, value: number, bar: number): Figure {
  return { what, value: Math.round(value * 10_000) / 10_000, bar: `>= ${bar}`, met: value >= bar };
}
