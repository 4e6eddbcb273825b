import { types } from "pg";
import type { CustomTypesConfig } from "pg";

/** Turns the server's text of one value into a JavaScript value. */
type Parser = (text: string) => unknown;

const INT8 = 20;
const TIMESTAMPTZ = 1184;
const PARSERS: Readonly<Record<number, Parser>> = {
  [INT8]: Number,
  // numeric, date, timestamp, interval: text. A date as a JavaScript Date is the wrong day west of Greenwich.
  1700: asText,
  1082: asText,
  1114: asText,
  1186: asText,
  [TIMESTAMPTZ]: isoTime,
  1016: arrayOf(Number),
  1231: arrayOf(asText),
  1182: arrayOf(asText),
  1115: arrayOf(asText),
  1185: arrayOf(isoTime),
};

/** Type parsers of the house: int8 as number, numeric and dates as text, timestamptz as ISO text in UTC. */
export const typeParsers: CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text" | "binary") =>
    (format === "binary" ? undefined : PARSERS[oid]) ??
    (types.getTypeParser as (oid: number, format?: string) => Parser)(
      oid,
      format,
    )) as CustomTypesConfig["getTypeParser"],
};

function asText(text: string): string {
  return text;
}

/** `2026-11-21 10:28:13.12+00` to `2026-11-21T10:28:13.120Z`; anything else (infinity) stays. */
function isoTime(text: string): string {
  const parts = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?\+00$/.exec(text);
  if (parts === null) return text;
  return `${parts[1]}T${parts[2]}.${(parts[3] ?? "").padEnd(3, "0").slice(0, 3)}Z`;
}

function arrayOf(parser: Parser): Parser {
  const parseTextArray = (types.getTypeParser as (oid: number) => Parser)(1009);
  return (text) => (parseTextArray(text) as (string | null)[]).map((item) => (item === null ? null : parser(item)));
}
