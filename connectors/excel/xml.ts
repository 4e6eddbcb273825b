import { TextDecoder } from "node:util";
import { SaxesParser } from "saxes";
import { fileError, LIMITS } from "./limits.ts";

/** Attributes by name as written. */
export type Attributes = Readonly<Record<string, string>>;

/** What to do with the elements of a part; names come without their prefix. */
export interface Handlers {
  open?(name: string, attributes: Attributes, selfClosing: boolean): void;
  close?(name: string): void;
  text?(text: string): void;
}

/**
 * Parses XML piece by piece; yields after each piece, so that the caller can hand on what was found. Refuses document
 * type declarations (entity expansion) and deep nesting. Throws FILE_CORRUPT or FILE_LIMIT.
 */
export async function* parseXml(
  chunks: AsyncIterable<Buffer>,
  file: string,
  handlers: Handlers,
): AsyncGenerator<void, void, void> {
  const parser = new SaxesParser({ xmlns: false, position: false });
  let depth = 0;
  parser.on("error", () => {
    throw fileError("corrupt", file, "a part is not well-formed XML");
  });
  parser.on("doctype", (declared) => {
    if (declared.includes("<!ENTITY")) throw fileError("limit_exceeded", file, "a part declares texts that expand");
    throw fileError("corrupt", file, "a part declares a document type, which no workbook does");
  });
  parser.on("opentag", (tag) => {
    depth += 1;
    if (depth > LIMITS.depth) throw fileError("limit_exceeded", file, `more than ${LIMITS.depth} nested elements`);
    handlers.open?.(local(tag.name), tag.attributes, tag.isSelfClosing);
  });
  parser.on("closetag", (tag) => {
    depth -= 1;
    handlers.close?.(local(tag.name));
  });
  if (handlers.text !== undefined) {
    const take = handlers.text.bind(handlers);
    parser.on("text", take);
    parser.on("cdata", take);
  }
  let decoder: TextDecoder | null = null;
  for await (const chunk of chunks) {
    decoder ??= new TextDecoder(encodingOf(chunk));
    parser.write(decoder.decode(chunk, { stream: true }));
    yield;
  }
  parser.write(decoder?.decode() ?? "");
  parser.close();
  yield;
}

/** Parses a whole small part. */
export async function readXml(chunks: AsyncIterable<Buffer>, file: string, handlers: Handlers): Promise<void> {
  const steps = parseXml(chunks, file, handlers);
  while ((await steps.next()).done !== true);
}

function encodingOf(first: Buffer): string {
  if (first[0] === 0xff && first[1] === 0xfe) return "utf-16le";
  if (first[0] === 0xfe && first[1] === 0xff) return "utf-16be";
  const declared = /^<\?xml[^>]*encoding=["']([\w-]+)["']/.exec(first.subarray(0, 200).toString("latin1"))?.[1];
  const known = ["utf-8", "iso-8859-1", "windows-1252", "us-ascii"];
  const wanted = declared?.toLowerCase() ?? "utf-8";
  return known.includes(wanted) ? wanted : "utf-8";
}

/** A name without its namespace prefix. */
export function local(name: string): string {
  const colon = name.indexOf(":");
  return colon < 0 ? name : name.slice(colon + 1);
}

/** An attribute by its name without prefix (`r:id` is found as `id`). */
export function attribute(attributes: Attributes, name: string): string | undefined {
  if (attributes[name] !== undefined) return attributes[name];
  return Object.entries(attributes).find(([key]) => local(key) === name)?.[1];
}
