import { sourceKey } from "#core";
import type { Provenance, RecordMessage } from "#core";

/** The source whose records are written. */
export interface LineSource {
  readonly source: string;
  readonly account: string;
}

/**
 * A writer of records as JSON lines, without the line's end. Records come by the million: what a line shares with the one
 * before is made once, and the fewer pieces a text is put together from, the less it costs to write.
 */
export function createRecordLines(source: LineSource): (message: RecordMessage) => string {
  const streams = new Map<string, { readonly head: string; readonly prefix: string }>();
  let observed = { at: "", text: "" };
  const provenanceText = createProvenanceText();
  return (message) => {
    const { stream, op, id, cursor, version, observedAt } = message;
    let known = streams.get(stream);
    if (known === undefined) {
      // A key is percent-encoded: nothing in it needs escaping.
      const head = `{"type":"record","stream":${JSON.stringify(stream)},"op":`;
      known = { head, prefix: `,"key":"${sourceKey({ ...source, stream, id: "" })}` };
      streams.set(stream, known);
    }
    if (observed.at !== observedAt) observed = { at: observedAt, text: `,"observed_at":${JSON.stringify(observedAt)}` };
    const raw = JSON.stringify(message.raw) ?? "null";
    const about = provenanceText(message.provenance, observedAt);
    const start = `${known.head}"${op}"${known.prefix}${encodedId(id)}","cursor":${quoted(cursor)}`;
    return `${start},"version":${quoted(version)}${observed.text},"raw":${raw},"provenance":${about}}`;
  };
}

/** Ids whose percent-encoding is themselves, but for colons. */
const PLAIN_ID = /^[A-Za-z0-9._~:-]*$/;

function encodedId(id: string): string {
  if (!PLAIN_ID.test(id)) return encodeURIComponent(id);
  const colon = id.indexOf(":");
  if (colon < 0) return id;
  const rest = id.slice(colon + 1);
  return `${id.slice(0, colon)}%3A${rest.includes(":") ? rest.replaceAll(":", "%3A") : rest}`;
}

function quoted(text: string | null): string {
  if (text === null) return "null";
  return PLAIN_ID.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** Where records of one file come from differs in the row alone: the rest of the text is kept as long as it holds. */
function createProvenanceText(): (provenance: Provenance, observedAt: string) => string {
  let before: Provenance = {};
  let time = "";
  let members = -1;
  let text: readonly [string, string] = ["", ""];
  const holds = (provenance: Provenance, observedAt: string): boolean => {
    if (time !== observedAt) return false;
    let count = 0;
    for (const name in provenance) {
      const key = name as keyof Provenance;
      if (key === "row" ? before.row === undefined : provenance[key] !== before[key]) return false;
      count += 1;
    }
    return count === members;
  };
  return (provenance, observedAt) => {
    if (provenance.row === undefined) return provenanceParts(provenance, observedAt)[0];
    if (!holds(provenance, observedAt)) {
      before = provenance;
      time = observedAt;
      members = Object.keys(provenance).length;
      text = provenanceParts(provenance, observedAt);
    }
    return `${text[0]}${provenance.row}${text[1]}`;
  };
}

/** The text before the row's number and behind it; all of it before where there is no row. */
function provenanceParts(provenance: Provenance, observedAt: string): readonly [string, string] {
  const texts = ["{", ""];
  let part = 0;
  for (const [name, value] of Object.entries(provenance)) {
    if (value === undefined) continue;
    const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    texts[part] += `"${snake}":`;
    if (name === "row") texts[(part = 1)] += ",";
    else texts[part] += `${JSON.stringify(value)},`;
  }
  texts[part] += `"fetched_at":${JSON.stringify(observedAt)}}`;
  return [texts[0] ?? "", texts[1] ?? ""];
}
