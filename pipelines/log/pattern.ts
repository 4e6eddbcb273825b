/** True when a topic's name is one of the given names, or starts with one that ends in `*`. */
export function matchesTopic(patterns: readonly string[], topic: string): boolean {
  return patterns.some((pattern) =>
    pattern.endsWith("*") ? topic.startsWith(pattern.slice(0, -1)) : topic === pattern,
  );
}

/** Orders text by code units: the same on every machine. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** One map key for a partition of a topic. */
export function slotOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
