import { z } from "zod";
import { capital, codeInWords } from "./words.ts";

/** One piece of evidence, ready to be read. */
export interface EvidenceLine {
  /** What was compared, e.g. "Phone". */
  readonly subject: string;
  /** What was found, in words. */
  readonly finding: string;
  /** How it counts: "speaks strongly for the same customer". */
  readonly strength: string;
  /** `+` for, `−` against, `·` neither. */
  readonly sign: "+" | "−" | "·";
  readonly left: string;
  readonly right: string;
}

// Values may be anything that JSON can hold, and an older release may have used other names: what was asked must stay
// readable.
const termSchema = z
  .looseObject({
    comparison: z.string().optional(),
    field: z.string().optional(),
    level: z.union([z.string(), z.number()]).optional(),
    weight: z.number().optional(),
    left: z.unknown().optional(),
    right: z.unknown().optional(),
    text: z.string().nullish(),
    words: z.string().nullish(),
  })
  .transform(({ comparison, field, text, words, ...rest }) => ({
    ...rest,
    subject: comparison ?? field,
    text: text ?? words ?? null,
  }));

type Term = z.infer<typeof termSchema>;

/** The chance before anything was compared: the weighing starts there, it is no evidence of its own. */
const PRIORS = new Set(["rate", "prior"]);

const SUBJECTS: Readonly<Record<string, string>> = {
  name: "Name",
  given_name: "First name",
  family_name: "Family name",
  org_name: "Company name",
  email: "E-mail",
  emails: "E-mail",
  phone: "Phone",
  phones: "Phone",
  address: "Address",
  birth_date: "Date of birth",
  tax_id: "Tax number",
  website: "Web site",
  region: "Region",
  locality: "Town",
  entity_type: "Person or firm",
  type: "Person or firm",
  relation: "Related customers",
  rate: "Before comparing",
  prior: "Before comparing",
};

/** Turns stored evidence into lines, the weightiest first; what cannot be read is left out. */
export function readEvidence(evidence: unknown): readonly EvidenceLine[] {
  const wrapped = evidence as { terms?: unknown } | null;
  const items = Array.isArray(evidence) ? evidence : Array.isArray(wrapped?.terms) ? wrapped.terms : [];
  return items
    .flatMap((item) => {
      const term = termSchema.safeParse(item);
      return term.success && term.data.subject !== undefined ? [{ ...term.data, subject: term.data.subject }] : [];
    })
    .sort(
      (a, b) =>
        Number(PRIORS.has(a.subject)) - Number(PRIORS.has(b.subject)) ||
        Math.abs(b.weight ?? 0) - Math.abs(a.weight ?? 0),
    )
    .map((term) => ({
      subject: subjectInWords(term.subject),
      finding: findingInWords(term, term.subject),
      ...(PRIORS.has(term.subject)
        ? { strength: "where the weighing starts", sign: "·" as const }
        : strengthInWords(term.weight ?? 0)),
      left: valueInWords(term.left),
      right: valueInWords(term.right),
    }));
}

/** The stored words without what the line says anyway: the field's name in front, and which way it counts. */
function findingInWords(term: Term, subject: string): string {
  if (term.text === null) return levelInWords(term.level);
  const head = `${subject}: `;
  const text = term.text.toLowerCase().startsWith(head.toLowerCase()) ? term.text.slice(head.length) : term.text;
  return capital(text.replace(/\. This (?:speaks for one customer|speaks for two|says little)(?=[.;])/, ""));
}

function subjectInWords(comparison: string): string {
  const name = comparison.replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();
  return SUBJECTS[name] ?? codeInWords(name);
}

function levelInWords(level: string | number | undefined): string {
  if (level === undefined) return "";
  return typeof level === "number" ? `Agreement level ${level}` : capital(level.replace(/[_-]+/g, " "));
}

/** Weights are log2 Bayes factors: 1 doubles the odds, 7 multiplies them by about a hundred. */
function strengthInWords(weight: number): Pick<EvidenceLine, "strength" | "sign"> {
  const size = Math.abs(weight);
  if (size < 0.5) return { strength: "says little either way", sign: "·" };
  const side = weight > 0 ? "for the same customer" : "for two customers";
  const force = size >= 7 ? "very strongly " : size >= 4 ? "strongly " : size >= 2 ? "" : "a little ";
  return { strength: `speaks ${force}${side}`, sign: weight > 0 ? "+" : "−" };
}

function valueInWords(value: unknown): string {
  if (value === null || value === undefined || value === "") return "";
  if (Array.isArray(value)) return value.map(valueInWords).filter(Boolean).join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}
