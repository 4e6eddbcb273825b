/** Name of a band of customers, as published. */
export type Band = "High" | "Medium" | "Low" | "not scored";

/** Where bands begin, and how often the event was seen in each among customers that the model had not learnt from. */
export interface BandTable {
  /** From this probability on: High. */
  readonly high: number;
  /** Below this probability: Low. */
  readonly low: number;
  readonly rates: { readonly High: number; readonly Medium: number; readonly Low: number };
  readonly customers: { readonly High: number; readonly Medium: number; readonly Low: number };
}

/** Bands from out-of-fold probabilities: the highest fifth is High, the lowest two fifths are Low. */
export function fitBands(probabilities: Float64Array, labels: Float64Array): BandTable {
  const sorted = Float64Array.from(probabilities).sort();
  let high = sorted[Math.floor(0.8 * sorted.length)] ?? 1;
  let low = sorted[Math.floor(0.4 * sorted.length)] ?? 0;
  // Where (nearly) everybody has the same probability there is nothing to divide.
  if (high - low < 1e-4) [high, low] = [2, -1];
  const seen = { High: 0, Medium: 0, Low: 0 };
  const hits = { High: 0, Medium: 0, Low: 0 };
  for (let i = 0; i < probabilities.length; i += 1) {
    const band = probabilities[i]! >= high ? "High" : probabilities[i]! < low ? "Low" : "Medium";
    seen[band] += 1;
    hits[band] += labels[i]!;
  }
  const overall = (hits.High + hits.Medium + hits.Low) / Math.max(1, probabilities.length);
  const rate = (band: "High" | "Medium" | "Low"): number => (hits[band] + 2 * overall) / (seen[band] + 2);
  return { high, low, rates: { High: rate("High"), Medium: rate("Medium"), Low: rate("Low") }, customers: seen };
}

/** The band of a probability. */
export function bandOf(table: BandTable, probability: number): "High" | "Medium" | "Low" {
  if (probability >= table.high) return "High";
  return probability < table.low ? "Low" : "Medium";
}

/** A rate as people say it: "about 3 in 10". */
export function rateInWords(rate: number): string {
  if (rate < 0.005) return "fewer than 1 in 100";
  if (rate < 0.015) return "about 1 in 100";
  if (rate < 0.035) return "about 1 in 40";
  if (rate < 0.075) return "about 1 in 20";
  if (rate > 0.985) return "nearly all";
  if (rate > 0.925) return "about 19 in 20";
  return `about ${String(Math.min(9, Math.max(1, Math.round(rate * 10))))} in 10`;
}
