import { EMPTY } from "../table/cells.ts";
import type { Cell } from "../table/cells.ts";
import { attribute } from "./xml.ts";
import type { Attributes } from "./xml.ts";

/** A cell while its element is open. */
export interface OdsCellDraft {
  readonly attributes: Attributes;
  text: string;
  paragraphs: number;
}

/** The typed value of an OpenDocument cell. Times past a day, or shown so by their style, are durations. */
export function odsCell(
  draft: OdsCellDraft,
  about: { readonly durations: ReadonlySet<string>; readonly detail: boolean },
): Cell {
  const cell = valueOf(draft, about.durations);
  return about.detail && cell.type !== "empty" ? { ...cell, format: FORMATS[cell.type] ?? "General" } : cell;
}

/** OpenDocument keeps formats as styles and not as codes: the plain code of each kind stands for them. */
const FORMATS: Readonly<Record<string, string>> = {
  date: "yyyy-mm-dd",
  datetime: "yyyy-mm-dd hh:mm:ss",
  time: "hh:mm:ss",
  duration: "[h]:mm:ss",
};

function valueOf(draft: OdsCellDraft, durations: ReadonlySet<string>): Cell {
  const { attributes } = draft;
  const own = attributes["calcext:value-type"] === "error" ? "error" : attribute(attributes, "value-type");
  switch (own) {
    case undefined:
      return draft.paragraphs > 0 && draft.text !== "" ? textOrError(draft.text, attributes) : EMPTY;
    case "error":
      return { type: "error", value: draft.text };
    case "float":
    case "percentage":
    case "currency":
      return number(attribute(attributes, "value"), draft.text);
    case "boolean":
      return { type: "boolean", value: attribute(attributes, "boolean-value") === "true" };
    case "date":
      return date(attribute(attributes, "date-value") ?? "", draft.text);
    case "time": {
      const style = attribute(attributes, "style-name") ?? "";
      return time(attribute(attributes, "time-value") ?? "", durations.has(style), draft.text);
    }
    default: {
      const told = attribute(attributes, "string-value");
      return textOrError(told ?? draft.text, attributes);
    }
  }
}

function textOrError(text: string, attributes: Attributes): Cell {
  const formula = attribute(attributes, "formula") !== undefined;
  return formula && /^(#[A-Z/0!?]+|Err:\d+)$/.test(text)
    ? { type: "error", value: text }
    : { type: "text", value: text };
}

function number(value: string | undefined, text: string): Cell {
  const parsed = Number(value);
  if (value !== undefined && value.trim() !== "" && Number.isFinite(parsed)) return { type: "number", value: parsed };
  return { type: "text", value: text };
}

function date(value: string, text: string): Cell {
  const found = /^(-?\d{4,}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2})?)(\.\d+)?)?Z?$/.exec(value);
  if (found === null) return { type: "text", value: text };
  const [, day = "", clock, fraction] = found;
  if (clock === undefined) return { type: "date", value: day };
  return { type: "datetime", value: `${day}T${clock}${milliseconds(fraction)}` };
}

function time(value: string, elapsed: boolean, text: string): Cell {
  const found = /^(-?)PT?(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)([.,]\d+)?S)?$/.exec(value);
  if (found === null) return { type: "text", value: text };
  const [, sign, days = "0", hours = "0", minutes = "0", whole = "0", fraction = ""] = found;
  const seconds = Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(whole);
  const exact = Math.round((seconds + Number(`0${fraction.replace(",", ".")}`)) * 1000) / 1000;
  if (elapsed || sign === "-" || exact >= 86_400) return { type: "duration", value: sign === "-" ? -exact : exact };
  const clock = new Date(Math.round(exact * 1000)).toISOString().slice(11, 23).replace(".000", "");
  return { type: "time", value: clock };
}

function milliseconds(fraction: string | undefined): string {
  const digits = (fraction ?? "").slice(1, 4).padEnd(3, "0");
  return digits === "000" ? "" : `.${digits}`;
}
