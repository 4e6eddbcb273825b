import { readFile, rename, writeFile } from "node:fs/promises";
import { parseDocument } from "yaml";
import type { Document } from "yaml";
import type { TableMapping } from "#core";

/** Writes a table's mapping into c360.yaml, keeping comments and order. An existing mapping is not touched. */
export async function recordTableMapping(
  file: string,
  entry: {
    readonly source: string;
    readonly stream: string;
    readonly title: string;
    readonly mapping: TableMapping;
    readonly notes: readonly string[];
  },
): Promise<void> {
  await editConfig(file, (document) => {
    const path = ["sources", entry.source, "tables", entry.stream];
    if (document.hasIn(path)) return;
    if (!document.hasIn(path.slice(0, 3))) document.setIn(path.slice(0, 3), document.createNode({}));
    const node = document.createNode({
      entity: entry.mapping.entity,
      load: entry.mapping.load,
      ...(entry.mapping.id === undefined ? {} : { id: entry.mapping.id }),
      ...(entry.mapping.dateOrder === undefined ? {} : { dateOrder: entry.mapping.dateOrder }),
      columns: { ...entry.mapping.columns },
      ...(entry.mapping.defaults === undefined ? {} : { defaults: { ...entry.mapping.defaults } }),
    });
    node.commentBefore = ` ${[`${entry.title}: guessed from its headers and content; correct it here.`, ...entry.notes].join("\n ")}`;
    document.setIn(path, node);
  });
}

/** Adds or replaces a source in c360.yaml, keeping the rest as it stands. */
export async function recordSource(
  file: string,
  name: string,
  source: Readonly<Record<string, unknown>>,
): Promise<void> {
  await editConfig(file, (document) => {
    const kept = document.getIn(["sources", name, "tables"]);
    document.setIn(["sources", name], document.createNode(source));
    if (kept !== undefined) document.setIn(["sources", name, "tables"], kept);
  });
}

/** The last edit of each file: sources are read side by side, and each edit must see what those before it wrote. */
const edits = new Map<string, Promise<void>>();

function editConfig(file: string, edit: (document: Document.Parsed) => void): Promise<void> {
  const before = edits.get(file) ?? Promise.resolve();
  const mine = before.catch(() => undefined).then(() => applyEdit(file, edit));
  edits.set(file, mine);
  return mine;
}

async function applyEdit(file: string, edit: (document: Document.Parsed) => void): Promise<void> {
  const document = parseDocument(await readFile(file, "utf8"));
  const sources: unknown = document.get("sources");
  if (sources === null || sources === undefined) document.set("sources", document.createNode({}));
  edit(document);
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, document.toString({ lineWidth: 120 }));
  await rename(temporary, file);
}
