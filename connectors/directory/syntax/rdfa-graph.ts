import { RDF_TYPE } from "./rdfa-context.ts";

/** An object of a statement, as expanded JSON-LD writes it. */
export type RdfValue =
  | { readonly "@id": string }
  | { readonly "@value": string; readonly "@type"?: string; readonly "@language"?: string }
  | { readonly "@list": readonly RdfValue[] };

/** A subject with everything that a page states of it. */
export type RdfNode = Readonly<Record<string, unknown>> & { readonly "@id": string };

/** Collects statements and gives them as expanded JSON-LD. */
export interface RdfGraph {
  blank(): string;
  add(subject: string, predicate: string, value: RdfValue): void;
  nodes(): readonly RdfNode[];
}

/** An empty graph. */
export function createGraph(): RdfGraph {
  const subjects = new Map<string, Map<string, RdfValue[]>>();
  let blanks = 0;
  return {
    blank: () => `_:b${blanks++}`,
    add: (subject, predicate, value) => {
      const facts = subjects.get(subject) ?? new Map<string, RdfValue[]>();
      subjects.set(subject, facts);
      const values = facts.get(predicate) ?? [];
      facts.set(predicate, values);
      const text = JSON.stringify(value);
      if (!values.some((known) => JSON.stringify(known) === text)) values.push(value);
    },
    nodes: () => {
      copyPatterns(subjects);
      return [...subjects].map(([subject, facts]) => {
        const node: Record<string, unknown> & { "@id": string } = { "@id": subject };
        for (const [predicate, values] of facts) {
          if (predicate !== RDF_TYPE) node[predicate] = values;
          else node["@type"] = values.flatMap((value) => ("@id" in value ? [value["@id"]] : []));
        }
        return node;
      });
    },
  };
}

type Facts = Map<string, RdfValue[]>;

const COPY = "http://www.w3.org/ns/rdfa#copy";
const PATTERN = "http://www.w3.org/ns/rdfa#Pattern";
/** Statements that patterns may add to a page; patterns that copy each other grow with the square of their number. */
const MAX_COPIED = 100_000;

/**
 * What a pattern states is stated of everything that copies it, patterns among them; the pattern itself says nothing then
 * (HTML+RDFa 1.1, section 3.5).
 */
function copyPatterns(subjects: Map<string, Facts>): void {
  const targets = (facts: Facts): string[] => (facts.get(COPY) ?? []).flatMap(patternId);
  const patternId = (value: RdfValue): string[] =>
    "@id" in value && subjects.get(value["@id"])?.get(RDF_TYPE)?.some(isPattern) === true ? [value["@id"]] : [];
  const used = new Set([...subjects.values()].flatMap(targets));
  if (used.size === 0) return;
  let left = MAX_COPIED;
  for (const [subject, facts] of subjects) {
    const seen = new Set([subject]);
    // Patterns of patterns are met on the way: the list grows while it is gone through.
    const list = targets(facts);
    for (const target of list) {
      if (seen.has(target)) continue;
      seen.add(target);
      const pattern = subjects.get(target) ?? new Map<string, RdfValue[]>();
      list.push(...targets(pattern));
      if (!used.has(subject)) left -= copyFacts(pattern, facts, left);
    }
  }
  for (const [subject, facts] of subjects) {
    if (used.has(subject)) subjects.delete(subject);
    const others = (facts.get(COPY) ?? []).filter((value) => patternId(value).length === 0 && !isUsed(value, used));
    if (others.length > 0) facts.set(COPY, others);
    else facts.delete(COPY);
  }
}

function copyFacts(from: Facts, to: Facts, most: number): number {
  let count = 0;
  for (const [predicate, values] of from) {
    if (predicate === COPY) continue;
    const own = to.get(predicate) ?? [];
    for (const value of values) {
      if (isPattern(value) || count >= most) continue;
      const text = JSON.stringify(value);
      if (own.some((known) => JSON.stringify(known) === text)) continue;
      own.push(value);
      count += 1;
    }
    if (own.length > 0) to.set(predicate, own);
  }
  return count;
}

function isPattern(value: RdfValue): boolean {
  return "@id" in value && value["@id"] === PATTERN;
}

function isUsed(value: RdfValue, used: ReadonlySet<string>): boolean {
  return "@id" in value && used.has(value["@id"]);
}
