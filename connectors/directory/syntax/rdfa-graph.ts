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
    nodes: () =>
      [...subjects].map(([subject, facts]) => {
        const node: Record<string, unknown> & { "@id": string } = { "@id": subject };
        for (const [predicate, values] of facts) {
          if (predicate !== RDF_TYPE) node[predicate] = values;
          else node["@type"] = values.flatMap((value) => ("@id" in value ? [value["@id"]] : []));
        }
        return node;
      }),
  };
}
