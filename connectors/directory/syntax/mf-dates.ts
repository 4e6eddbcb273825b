/** Puts the parts of a date and time, as they stand in several elements, into one. */
export function joinDateParts(parts: readonly string[], impliedDate: string | null): string {
  let date = "";
  let time = "";
  let zone = "";
  for (const part of parts) {
    const text = part.trim();
    if (/^\d{4}-\d\d(?:-\d\d|\d)?[T\s]\d/i.test(text)) return text;
    if (/^\d{4}(?:-\d\d?){1,2}$/.test(text) || /^\d{4}-\d{3}$/.test(text)) date ||= ordinal(text);
    else if (/^(?:z|[+-]\d\d?:?(?:\d\d)?)$/i.test(text)) zone ||= zoneText(text);
    else {
      const found = timeOf(text);
      if (found === null) date ||= /^\d{4}$/.test(text) ? text : "";
      else if (time === "") {
        time = found.time;
        zone ||= found.zone;
      }
    }
  }
  if (time === "") return date === "" ? parts.join("").trim() : date;
  const day = date === "" ? impliedDate : date;
  return day === null || day === "" ? time + zone : `${day} ${time}${zone}`;
}

function ordinal(text: string): string {
  return text;
}

/** A time of day in any usual spelling as `HH:MM` or `HH:MM:SS`, with its zone; null where it is none. */
function timeOf(text: string): { readonly time: string; readonly zone: string } | null {
  const found =
    /^(\d{1,2})(?::(\d\d))?(?::(\d\d))?\s*([ap])\.?m\.?$/i.exec(text) ??
    /^(\d{1,2}):(\d\d)(?::(\d\d(?:\.\d+)?))?()\s*(z|[+-]\d\d?:?(?:\d\d)?)?$/i.exec(text);
  if (found === null) return null;
  const [, hour = "0", minute, second, half, zone] = found;
  let value = Number(hour);
  if (half !== undefined && half !== "") value = (value % 12) + (half.toLowerCase() === "p" ? 12 : 0);
  const time = [String(value).padStart(2, "0"), minute ?? "00", ...(second === undefined ? [] : [second])].join(":");
  return { time, zone: zone === undefined ? "" : zoneText(zone) };
}

function zoneText(text: string): string {
  return /^z$/i.test(text) ? "Z" : text.replace(/^([+-])(\d)(?=:|$)/, "$10$2");
}

/** The day of a date and time, to be lent to a time that stands alone. */
export function dayOf(text: string): string | null {
  return /^\d{4}-\d\d(?:-\d\d|\d)/.exec(text)?.[0] ?? null;
}
