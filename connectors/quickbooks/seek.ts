import { PAGE } from "./client.ts";
import { changedAt, idOf, seenKey, vendorTimeText } from "./objects.ts";
import type { QuickBooksStream } from "./streams.ts";

/** Offsets go this far back over an equal time stamp, so that a row that leaves does not hide its neighbour. */
const OFFSET_OVERLAP = 50;

/** Where the next page begins: at a time stamp, and inside one at an offset. */
export interface Seek {
  lower: number | null;
  offset: number;
  /** The first object of the page before. */
  first: string | null;
  ordered: boolean;
}

/** Moves to the next page; false where there is none. */
export function nextPage(seek: Seek, rows: readonly unknown[], fresh: number): boolean {
  const first = rows.length === 0 ? null : `${idOf(rows[0]) ?? ""} ${seenKey(rows[0])}`;
  // A server that gives the same page whatever is asked has no next one.
  const repeats = fresh === 0 && seek.offset > 1 && first === seek.first;
  seek.first = first;
  if (rows.length === 0 || repeats) return false;
  const times = rows.flatMap((row) => changedAt(row) ?? []);
  if (times.some((at, index) => at < (times[index - 1] ?? at))) seek.ordered = false;
  const last = times.reduce((a, b) => Math.max(a, b), seek.lower ?? 0);
  const stuck = !seek.ordered || times.length === 0 || last === seek.lower;
  if (stuck && fresh === 0 && rows.length === 1) return false;
  const overlap = Math.min(OFFSET_OVERLAP, Math.floor(rows.length / 2));
  seek.offset = stuck ? Math.max(seek.offset + 1, seek.offset + rows.length - overlap) : 1;
  if (!stuck) seek.lower = last;
  return true;
}

/** The query of a page, oldest change first; inactive rows too. */
export function statement(stream: QuickBooksStream, from: number | null, to: number | null, offset: number): string {
  const where = [
    ...(from === null ? [] : [`Metadata.LastUpdatedTime >= '${vendorTimeText(from)}'`]),
    ...(to === null ? [] : [`Metadata.LastUpdatedTime <= '${vendorTimeText(to)}'`]),
    ...(stream.hasActive ? ["Active IN (true, false)"] : []),
  ];
  const filter = where.length === 0 ? "" : ` WHERE ${where.join(" AND ")}`;
  return `SELECT * FROM ${stream.entity}${filter} ORDER BY Metadata.LastUpdatedTime ASC STARTPOSITION ${offset} MAXRESULTS ${PAGE}`;
}
