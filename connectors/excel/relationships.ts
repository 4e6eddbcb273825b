import { verdictOf } from "./limits.ts";
import { readXml } from "./xml.ts";
import type { Archive } from "./zip.ts";

/** Where a part's relationship leads. */
export interface Relationship {
  readonly type: string;
  /** Full name of the part. */
  readonly target: string;
}

/** Relationships of a part by id; links out of the file are left out. The part "" stands for the whole file. */
export async function relationships(
  archive: Archive,
  file: string,
  part: string,
): Promise<ReadonlyMap<string, Relationship>> {
  const slash = part.lastIndexOf("/");
  const folder = slash < 0 ? "" : part.slice(0, slash + 1);
  const name = archive.find(`${folder}_rels/${part.slice(slash + 1)}.rels`);
  const links = new Map<string, Relationship>();
  if (name === null) return links;
  await readXml(archive.stream(name), file, {
    open: (element, attributes) => {
      if (element !== "Relationship" || attributes["TargetMode"] === "External") return;
      const target = (attributes["Target"] ?? "").replaceAll("\\", "/");
      links.set(attributes["Id"] ?? "", { type: attributes["Type"] ?? "", target: fullName(target, folder) });
    },
  });
  return links;
}

function fullName(target: string, folder: string): string {
  const base = `zip:///${folder}`;
  const full = target.startsWith("/") || !URL.canParse(target, base) ? target : new URL(target, base).pathname;
  try {
    return decodeURIComponent(full.replace(/^\/+/, ""));
  } catch {
    return full.replace(/^\/+/, "");
  }
}

/** The part that holds the workbook, or null. Damaged links of the file itself are harmless: the usual place is tried. */
export async function workbookPart(archive: Archive, file: string, warnings: string[]): Promise<string | null> {
  const usual = archive.find("xl/workbook.xml") ?? archive.find("xl/workbook.bin");
  const links = await relationships(archive, file, "").catch((error: unknown) => {
    if (verdictOf(error) !== "corrupt" || usual === null) throw error;
    warnings.push("the links of the file are damaged");
    return new Map<string, Relationship>();
  });
  const office = [...links.values()].find(({ type }) => type.endsWith("/officeDocument"));
  return (office === undefined ? null : archive.find(office.target)) ?? usual;
}
