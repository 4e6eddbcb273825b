import type { Element } from "domhandler";
import { attribute } from "./dom.ts";
import type { RdfValue } from "./rdfa-graph.ts";
import { serialise } from "./serialise.ts";

const XSD = "http://www.w3.org/2001/XMLSchema#";
/** Forms of dates and times, most telling first; a `time` element in one of them says its type. */
const FORMS: readonly (readonly [RegExp, string])[] = [
  [/^-?P(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?$/, "duration"],
  [/^-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?$/, "dateTime"],
  [/^-?\d{4,}-\d\d-\d\d(?:Z|[+-]\d\d:\d\d)?$/, "date"],
  [/^\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?$/, "time"],
  [/^-?\d{4,}-\d\d$/, "gYearMonth"],
  [/^-?\d{4,}$/, "gYear"],
];

/** The literal value of a property: of its attributes, or of its text. */
export function literalOf(
  element: Element,
  about: {
    readonly type: string | null;
    readonly markup: boolean;
    readonly language: string;
    readonly text: () => string;
  },
): RdfValue {
  const content = attribute(element, "content");
  const datetime = attribute(element, "datetime");
  const value = content ?? datetime ?? (element.name === "data" ? attribute(element, "value") : null);
  if (about.type !== null) {
    const text = about.markup && value === null ? serialise(element.children) : (value ?? about.text());
    return { "@value": text, "@type": about.type };
  }
  const text = value ?? about.text();
  const isTime = content === null && (datetime !== null || element.name === "time");
  const form =
    isTime && attribute(element, "datatype") === null
      ? FORMS.find(([form]) => form.test(text) && text !== "P")
      : undefined;
  if (form !== undefined) return { "@value": text, "@type": XSD + form[1] };
  return { "@value": text, ...(about.language === "" ? {} : { "@language": about.language.toLowerCase() }) };
}
