import type { SheetRow } from "../table/cells.ts";
import type { BookSheet } from "./book-types.ts";
import { fileError, LIMITS } from "./limits.ts";
import { createOdsBuilder } from "./ods-builder.ts";
import type { OdsRow } from "./ods-builder.ts";
import type { CellBudget } from "./sheet.ts";
import { attribute, parseXml, readXml } from "./xml.ts";
import type { Archive } from "./zip.ts";

/** What an OpenDocument file says of its sheets and styles before its cells are read. */
export interface OdsStyles {
  readonly sheets: readonly { readonly name: string; readonly hidden: boolean }[];
  /** Cell styles whose times run past a day: they show durations. */
  readonly durations: ReadonlySet<string>;
}

/** The sheets of an OpenDocument spreadsheet. Throws a FILE_* error; FILE_ENCRYPTED for one under a password. */
export async function openOds(
  archive: Archive,
  about: { readonly file: string; readonly detail: boolean; readonly budget: CellBudget },
): Promise<readonly BookSheet[]> {
  const { file, detail, budget } = about;
  await refuseEncrypted(archive, file);
  const content = archive.find("content.xml") ?? "content.xml";
  const styles = await readStructure(archive, file, content);
  const next = rowCursor(() => {
    const ready: OdsRow[] = [];
    const builder = createOdsBuilder(file, { durations: styles.durations, detail, budget }, (row) => ready.push(row));
    return { ready, steps: parseXml(archive.stream(content), file, builder) };
  });
  return styles.sheets.map(({ name, hidden }, index) => ({ name, hidden, rows: () => next(index) }));
}

/** Rows of the sheets one after the other, with one pass over the file as long as they are asked for in order. */
function rowCursor(
  start: () => { ready: OdsRow[]; steps: AsyncGenerator<void, void, void> },
): (sheet: number) => AsyncGenerator<SheetRow, void, void> {
  let open: { ready: OdsRow[]; at: number; steps: AsyncGenerator<void, void, void> } | null = null;
  let begun = Number.POSITIVE_INFINITY;
  return async function* rows(sheet) {
    if (open === null || sheet <= begun) {
      await open?.steps.return();
      open = { ...start(), at: 0 };
    }
    begun = sheet;
    const cursor = open;
    for (;;) {
      for (; cursor.at < cursor.ready.length; cursor.at += 1) {
        const found = cursor.ready[cursor.at];
        if (found === undefined || found.sheet < sheet) continue;
        if (found.sheet > sheet) return;
        for (let nth = 0; nth < found.times; nth += 1) yield { row: found.row + nth, cells: found.cells };
      }
      cursor.ready.length = 0;
      cursor.at = 0;
      if ((await cursor.steps.next()).done === true) return;
    }
  };
}

async function refuseEncrypted(archive: Archive, file: string): Promise<void> {
  const manifest = archive.find("META-INF/manifest.xml");
  if (manifest === null) return;
  await readXml(archive.stream(manifest), file, {
    open: (name) => {
      if (name === "encryption-data" || name === "encrypted-key") throw fileError("encrypted", file, "");
    },
  });
}

interface StyleDraft {
  hiddenTables: Set<string>;
  elapsed: Set<string>;
  cells: Map<string, { data: string; parent: string }>;
}

async function readStructure(archive: Archive, file: string, content: string): Promise<OdsStyles> {
  const draft: StyleDraft = { hiddenTables: new Set(), elapsed: new Set(), cells: new Map() };
  const sheets: { name: string; hidden: boolean }[] = [];
  const state = { style: "", family: "", spreadsheet: false, nested: 0 };
  const open = (name: string, attributes: Readonly<Record<string, string>>): void => {
    takeStyle(draft, state, name, attributes);
    if (name === "spreadsheet") state.spreadsheet = true;
    if (name !== "table" || !state.spreadsheet) return;
    state.nested += 1;
    if (state.nested > 1) return;
    const style = attribute(attributes, "style-name") ?? "";
    sheets.push({ name: attribute(attributes, "name") ?? "", hidden: draft.hiddenTables.has(style) });
    if (sheets.length > LIMITS.entries) throw fileError("limit_exceeded", file, `more than ${LIMITS.entries} sheets`);
  };
  const close = (name: string): void => {
    if (name === "table" && state.spreadsheet) state.nested -= 1;
  };
  for (const part of [archive.find("styles.xml"), content]) {
    if (part !== null) await readXml(archive.stream(part), file, { open, close });
  }
  if (!state.spreadsheet) throw fileError("unsupported", file, "it is an OpenDocument file without a spreadsheet");
  if (sheets.length === 0) throw fileError("corrupt", file, "no sheet can be found");
  return { sheets, durations: durationStyles(draft) };
}

function takeStyle(
  draft: StyleDraft,
  state: { style: string; family: string },
  name: string,
  attributes: Readonly<Record<string, string>>,
): void {
  if (name === "style" || name === "default-style") {
    state.style = attribute(attributes, "name") ?? "";
    state.family = attribute(attributes, "family") ?? "";
    if (state.family === "table-cell") {
      const data = attribute(attributes, "data-style-name") ?? "";
      draft.cells.set(state.style, { data, parent: attribute(attributes, "parent-style-name") ?? "" });
    }
  }
  if (name === "table-properties" && state.family === "table" && attribute(attributes, "display") === "false") {
    draft.hiddenTables.add(state.style);
  }
  if (name === "time-style" && attribute(attributes, "truncate-on-overflow") === "false") {
    draft.elapsed.add(attribute(attributes, "name") ?? "");
  }
}

function durationStyles(draft: StyleDraft): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [name, style] of draft.cells) {
    const data = style.data === "" ? draft.cells.get(style.parent)?.data : style.data;
    if (data !== undefined && draft.elapsed.has(data)) found.add(name);
  }
  return found;
}
