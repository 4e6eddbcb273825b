import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { dataDictionary } from "#warehouse";
import type { CommandInput } from "../command.ts";
import { openStores } from "../runtime.ts";
import { openWorkspace } from "../workspace.ts";

/** `c360 dictionary`: writes the data dictionary, made from the SQL comments. */
export async function run(input: CommandInput): Promise<number> {
  const workspace = await openWorkspace(input);
  const stores = await openStores(workspace);
  try {
    const dir =
      typeof input.options["out"] === "string"
        ? resolve(input.options["out"])
        : join(workspace.paths.out, "dictionary");
    const files = { markdown: join(dir, "dictionary.md"), html: join(dir, "dictionary.html") };
    const dryRun = input.options["dryRun"] === true;
    if (!dryRun) {
      const dictionary = await dataDictionary(stores.db);
      await mkdir(dir, { recursive: true });
      await writeFile(files.markdown, dictionary.markdown);
      await writeFile(files.html, dictionary.html);
    }
    workspace.out.line(`${dryRun ? "Would write" : "Wrote"} ${files.markdown} and ${files.html}`);
    workspace.out.result({ ...files, dry_run: dryRun });
    return 0;
  } finally {
    await stores.close();
  }
}
