import { FILTER_REASONS, QUARANTINE_REASONS, STREAM_NOTICES, parseSourceKey } from "#core";

/** How times, dates and money are shown. */
export interface Words {
  /** "JMD 1,234.50"; "not known" for null. */
  money(amount: string | number | null, currency?: string): string;
  /** A time in the workspace's zone: "3 Mar 2024, 14:05". Times at exactly 00:00 UTC are days without a time. */
  time(at: string | Date | null): string;
  /** An ISO date: "3 Mar 2024"; empty for null. */
  date(day: string | Date | null): string;
  readonly homeCurrency: string;
}

/** Makes the words for a workspace. An unknown time zone falls back to UTC and says so in every time. */
export function createWords(options: { readonly homeCurrency: string; readonly timeZone: string }): Words {
  const { formatter, suffix } = timeFormatter(options.timeZone);
  const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  const date = (value: string | Date | null): string => {
    if (value === null) return "";
    const parsed = new Date(value);
    return Number.isNaN(parsed.getTime()) ? String(value) : day.format(parsed);
  };
  return {
    homeCurrency: options.homeCurrency,
    money: (amount, currency = options.homeCurrency) =>
      amount === null ? "not known" : `${currency} ${grouped(String(amount))}`,
    date,
    time: (at) => {
      if (at === null) return "";
      const parsed = new Date(at);
      if (Number.isNaN(parsed.getTime())) return String(at);
      // Sources without a time of day give midnight UTC; shifting it by the zone would show the day before.
      if (parsed.getTime() % 86_400_000 === 0) return date(parsed);
      return `${formatter.format(parsed)}${suffix}`;
    },
  };
}

function timeFormatter(timeZone: string): { readonly formatter: Intl.DateTimeFormat; readonly suffix: string } {
  const shape = { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" } as const;
  try {
    return { formatter: new Intl.DateTimeFormat("en-GB", { ...shape, timeZone }), suffix: "" };
  } catch {
    return { formatter: new Intl.DateTimeFormat("en-GB", { ...shape, timeZone: "UTC" }), suffix: " UTC" };
  }
}

/** Decimal text with thousands separators and two places; no floating point in between. */
function grouped(amount: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(amount.trim());
  if (match === null) return amount;
  const [, sign = "", whole = "0", cents = ""] = match;
  return `${sign}${whole.replace(/\B(?=(\d{3})+$)/g, ",")}.${cents.padEnd(2, "0").slice(0, 2)}`;
}

/** A whole number with thousands separators. */
export function count(value: number): string {
  return new Intl.NumberFormat("en-GB").format(value);
}

/** "1 invoice", "2 invoices". */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

const SOURCES: Readonly<Record<string, string>> = {
  quickbooks: "QuickBooks",
  "google-sheets": "Google Sheets",
  excel: "Excel and CSV files",
  directory: "Directory",
  social: "Social profiles",
  campaigns: "Campaign results",
};

/** A connector's name in words. */
export function sourceInWords(source: string): string {
  return SOURCES[source] ?? capital(source.replace(/[-_]+/g, " "));
}

/** A source key in words: "QuickBooks, customers, record 123"; the key itself where it is not one. */
export function keyInWords(key: string): string {
  try {
    const parts = parseSourceKey(key);
    return `${sourceInWords(parts.source)}, ${parts.stream}, record ${parts.id}`;
  } catch {
    return key;
  }
}

/** The connector's name of a source key, in words. */
export function keySource(key: string): string {
  try {
    return sourceInWords(parseSourceKey(key).source);
  } catch {
    return key;
  }
}

/** A probability that two records are the same customer, in words and out of a hundred. */
export function probabilityInWords(probability: number): string {
  const share = Math.min(99, Math.max(1, Math.round(probability * 100)));
  const bands: readonly (readonly [number, string])[] = [
    [0.95, "Almost certainly the same customer"],
    [0.8, "Probably the same customer"],
    [0.6, "More likely the same customer than not"],
    [0.4, "It could go either way"],
    [0.2, "More likely two customers"],
    [0.05, "Probably two customers"],
    [-1, "Almost certainly two customers"],
  ];
  const words = bands.find(([least]) => probability >= least)?.[1] ?? "It could go either way";
  return `${words}: about ${share} in 100 pairs like this are the same`;
}

/** Words for the codes of quarantine, filters and notices; other codes with their underscores taken out. */
export function reasonInWords(code: string): string {
  const known: Readonly<Record<string, string>> = { ...QUARANTINE_REASONS, ...FILTER_REASONS, ...STREAM_NOTICES };
  return known[code] ?? codeInWords(code);
}

/** "possible_link" -> "Possible link"; sentences and codes of the error catalogue stay as they are. */
export function codeInWords(code: string): string {
  return /^[a-z0-9_.-]+$/.test(code) ? capital(code.replace(/[_-]+/g, " ")) : code;
}

/** First letter upper case. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The address where it is plain http or https, else null: never `javascript:` or `data:`. */
export function safeHref(website: string | null): string | null {
  if (website === null) return null;
  const text = website.trim();
  const withScheme = /^[a-z][a-z0-9+.-]*:/i.test(text) && !/^[^/]+:\d+(\/|$)/.test(text) ? text : `https://${text}`;
  try {
    const url = new URL(withScheme);
    const plain = url.protocol === "http:" || url.protocol === "https:";
    return plain && url.hostname.includes(".") && url.username === "" ? url.href : null;
  } catch {
    return null;
  }
}

/** `tel:` address of an E.164 number, else null. */
export function telHref(phone: string | null): string | null {
  return phone !== null && /^\+\d{6,15}$/.test(phone) ? `tel:${phone}` : null;
}

/** E.164 for reading: "+1 876 555 0101" in the North American plan, else as it is. */
export function phoneInWords(phone: string): string {
  const match = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(phone);
  return match === null ? phone : `+1 ${match[1]} ${match[2]} ${match[3]}`;
}
