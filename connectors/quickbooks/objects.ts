/** `Id` of an object, or null where it has none. */
export function idOf(row: unknown): string | null {
  const id = (row as { Id?: unknown } | null)?.Id;
  return typeof id === "string" && id !== "" ? id : typeof id === "number" ? String(id) : null;
}

/** `MetaData.LastUpdatedTime` as milliseconds, whatever its offset; null where it is missing. */
export function changedAt(row: unknown): number | null {
  const text = (row as { MetaData?: { LastUpdatedTime?: unknown } } | null)?.MetaData?.LastUpdatedTime;
  const at = typeof text === "string" ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : at;
}

/** What tells two versions of one object apart: `<SyncToken> <time>`. */
export function seenKey(row: unknown): string {
  const token = (row as { SyncToken?: unknown } | null)?.SyncToken;
  const at = changedAt(row);
  return `${typeof token === "string" ? token : "?"} ${at === null ? "?" : new Date(at).toISOString()}`;
}

/** A time as the query language takes it, in UTC. */
export function vendorTimeText(at: number): string {
  return new Date(at).toISOString().replace(".000Z", "Z").replace("Z", "+00:00");
}
