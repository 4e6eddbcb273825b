import type { CheerioAPI } from "cheerio";
import { isDocument } from "domhandler";
import type { Element } from "domhandler";
import { attribute, childElements, MAX_DEPTH, rootOf, textContent, words } from "./dom.ts";
import { HTML_LITERAL, RDF_TYPE, RDFA_PREFIXES, USES_VOCABULARY, XML_LITERAL } from "./rdfa-context.ts";
import { createGraph } from "./rdfa-graph.ts";
import type { RdfGraph, RdfNode, RdfValue } from "./rdfa-graph.ts";
import { createNames } from "./rdfa-names.ts";
import type { Names } from "./rdfa-names.ts";
import { literalOf } from "./rdfa-literal.ts";

/** What an element hands to those inside it (RDFa Core 1.1, section 7.2). */
interface Context {
  readonly base: string;
  readonly parentSubject: string;
  readonly parentObject: string | null;
  /** Statements that wait for an object further inside. */
  readonly incomplete: readonly Incomplete[];
  /** Lists that are being filled, by predicate. */
  readonly lists: Map<string, RdfValue[]>;
  readonly language: string;
  readonly names: Names;
}

type Incomplete =
  | { readonly way: "forward" | "reverse"; readonly predicate: string }
  | { readonly way: "list"; readonly list: RdfValue[] };

/** What a page states in RDFa 1.1 (HTML+RDFa), as expanded JSON-LD, one node for each subject. */
export function rdfaOf($: CheerioAPI, base: string): readonly RdfNode[] {
  const graph = createGraph();
  const context: Context = {
    base,
    parentSubject: base,
    parentObject: null,
    incomplete: [],
    lists: new Map(),
    language: "",
    names: createNames(RDFA_PREFIXES, base, () => graph.blank()),
  };
  for (const element of childElements(rootOf($))) visit(graph, element, context, 0);
  emitLists(graph, base, context.lists, new Map());
  return graph.nodes();
}

function visit(graph: RdfGraph, element: Element, outer: Context, depth: number): void {
  if (depth > MAX_DEPTH) return;
  const vocab = attribute(element, "vocab");
  const names = outer.names.within(element);
  if (vocab !== null && vocab.trim() !== "") graph.add(outer.base, USES_VOCABULARY, { "@id": names.iri(vocab) });
  // The language of a whole page says little about a name or a number: only what is said in RDF's own way counts.
  const language = attribute(element, "xml:lang") ?? outer.language;
  const found = subjectOf(element, { ...outer, names });
  const { subject, typed } = found;
  if (typed !== null) {
    for (const type of names.terms(words(element, "typeof"))) graph.add(typed, RDF_TYPE, { "@id": type });
  }
  const lists = subject !== null && subject !== outer.parentObject ? new Map<string, RdfValue[]>() : outer.lists;
  const pending = linksOf(graph, element, { names, subject, object: found.object, lists });
  addProperties(graph, element, { names, language, subject, typed, object: found.object, lists });
  if (!found.skip && subject !== null) completePending(graph, outer, subject);
  // What is linked stands for something unnamed until something inside is named.
  const object = found.object ?? (hasLinks(element) ? names.blank() : null);
  const inner: Context = found.skip
    ? { ...outer, language, names, lists }
    : {
        base: outer.base,
        parentSubject: subject ?? outer.parentSubject,
        parentObject: object ?? subject ?? outer.parentSubject,
        incomplete: pending,
        lists,
        language,
        names,
      };
  for (const child of childElements(element)) visit(graph, child, inner, depth + 1);
  if (lists !== outer.lists && subject !== null) emitLists(graph, subject, lists, outer.lists);
}

interface Found {
  readonly subject: string | null;
  /** What `typeof` speaks of. */
  readonly typed: string | null;
  readonly object: string | null;
  readonly skip: boolean;
}

/** Sections 5 and 6 of the processing sequence, with the rules for `head` and `body`. */
function subjectOf(element: Element, context: Context): Found {
  const about = aboutOf(element, context);
  const resource = resourceOf(element, context.names);
  const place = { about, resource, fallback: fallbackOf(element, context) };
  if (hasLinks(element)) return linkingSubject(element, context, place);
  const says = has(element, "property") && !has(element, "content") && !has(element, "datatype");
  return says ? sayingSubject(element, context, place) : plainSubject(element, context, place);
}

interface Place {
  readonly about: string | null;
  readonly resource: string | null;
  /** What the root, the head and the body speak of. */
  readonly fallback: string | null;
}

function has(element: Element, name: string): boolean {
  return attribute(element, name) !== null;
}

function aboutOf(element: Element, { names }: Context): string | null {
  const about = attribute(element, "about");
  return about === null ? null : names.resource(about);
}

function fallbackOf(element: Element, context: Context): string | null {
  if (element.parent !== null && isDocument(element.parent)) return context.base;
  return element.name === "head" || element.name === "body" ? context.parentObject : null;
}

/** With `rel` or `rev`: the link's target is the object. */
function linkingSubject(element: Element, context: Context, { about, resource, fallback }: Place): Found {
  const typed = has(element, "typeof");
  const object = resource ?? (typed && about === null ? context.names.blank() : null);
  return {
    subject: about ?? fallback ?? context.parentObject,
    typed: typed ? (about ?? object) : null,
    object,
    skip: false,
  };
}

/** With `property` alone: it speaks of what is around, and `typeof` of its value. */
function sayingSubject(element: Element, context: Context, { about, resource, fallback }: Place): Found {
  const isRoot = element.parent !== null && isDocument(element.parent);
  const subject = about ?? (isRoot ? context.base : context.parentObject);
  if (!has(element, "typeof")) return { subject, typed: null, object: null, skip: false };
  const typed = about ?? (isRoot ? context.base : (resource ?? fallback ?? context.names.blank()));
  return { subject, typed, object: about === null ? typed : null, skip: false };
}

function plainSubject(element: Element, context: Context, { about, resource, fallback }: Place): Found {
  const typed = has(element, "typeof");
  const named = about ?? resource ?? fallback;
  if (named !== null) {
    const silent = about === null && resource === null && !typed && !has(element, "property");
    const skip = silent && (element.name === "head" || element.name === "body");
    return { subject: named, typed: typed ? named : null, object: null, skip };
  }
  if (!typed) return { subject: context.parentObject, typed: null, object: null, skip: !has(element, "property") };
  const made = context.names.blank();
  return { subject: made, typed: made, object: null, skip: false };
}

function resourceOf(element: Element, names: Names): string | null {
  const resource = attribute(element, "resource");
  if (resource !== null) {
    const found = names.resource(resource);
    if (found !== null) return found;
  }
  const link = attribute(element, "href") ?? attribute(element, "src");
  return link === null ? null : names.iri(link);
}

/** In HTML a `rel` beside a `property` counts only where it names a vocabulary. */
function relWords(element: Element, name: "rel" | "rev"): readonly string[] {
  const all = words(element, name);
  return attribute(element, "property") === null ? all : all.filter((word) => word.includes(":"));
}

function hasLinks(element: Element): boolean {
  const beside = attribute(element, "property") !== null;
  return (["rel", "rev"] as const).some((name) =>
    beside ? relWords(element, name).length > 0 : attribute(element, name) !== null,
  );
}

interface Links {
  readonly names: Names;
  readonly subject: string | null;
  readonly object: string | null;
  readonly lists: Map<string, RdfValue[]>;
}

/** Sections 9 and 10: what `rel` and `rev` say, now or once an object is found inside. */
function linksOf(graph: RdfGraph, element: Element, about: Links): readonly Incomplete[] {
  const { names, subject, object, lists } = about;
  const pending: Incomplete[] = [];
  if (subject === null) return pending;
  const inList = attribute(element, "inlist") !== null;
  const forward = names.terms(relWords(element, "rel"));
  for (const predicate of forward) {
    if (inList) {
      const list = lists.get(predicate) ?? [];
      lists.set(predicate, list);
      if (object === null) pending.push({ way: "list", list });
      else list.push({ "@id": object });
    } else if (object === null) pending.push({ way: "forward", predicate });
    else graph.add(subject, predicate, { "@id": object });
  }
  for (const predicate of names.terms(relWords(element, "rev"))) {
    if (object === null) pending.push({ way: "reverse", predicate });
    else graph.add(object, predicate, { "@id": subject });
  }
  return pending;
}

/** Section 11: the values of `property`. */
function addProperties(
  graph: RdfGraph,
  element: Element,
  about: Links & { readonly language: string; readonly typed: string | null },
): void {
  if (attribute(element, "property") === null || about.subject === null) return;
  const value = propertyValue(element, about);
  const inList = attribute(element, "inlist") !== null;
  for (const predicate of about.names.terms(words(element, "property"))) {
    if (inList) about.lists.set(predicate, [...(about.lists.get(predicate) ?? []), value]);
    else graph.add(about.subject, predicate, value);
  }
}

function propertyValue(
  element: Element,
  about: { readonly names: Names; readonly language: string; readonly typed: string | null },
): RdfValue {
  const datatype = attribute(element, "datatype");
  const type = datatype === null || datatype.trim() === "" ? null : about.names.term(datatype.trim());
  const markup = type === XML_LITERAL || type === HTML_LITERAL;
  if (datatype === null && attribute(element, "content") === null && !hasLinks(element)) {
    const time = attribute(element, "datetime") !== null || element.name === "time";
    const target = time ? null : resourceOf(element, about.names);
    if (target !== null) return { "@id": target };
    if (about.typed !== null && attribute(element, "typeof") !== null && attribute(element, "about") === null) {
      return { "@id": about.typed };
    }
  }
  return literalOf(element, { type, markup, language: about.language, text: () => textContent(element) });
}

/** Section 12: statements from outside that waited for this subject. */
function completePending(graph: RdfGraph, outer: Context, subject: string): void {
  for (const one of outer.incomplete) {
    if (one.way === "list") one.list.push({ "@id": subject });
    else if (one.way === "forward") graph.add(outer.parentSubject, one.predicate, { "@id": subject });
    else graph.add(subject, one.predicate, { "@id": outer.parentSubject });
  }
}

function emitLists(
  graph: RdfGraph,
  subject: string,
  lists: ReadonlyMap<string, RdfValue[]>,
  outer: ReadonlyMap<string, RdfValue[]>,
): void {
  for (const [predicate, list] of lists) {
    if (outer.get(predicate) !== list) graph.add(subject, predicate, { "@list": list });
  }
}
