import { C360Error } from "#core";
import type { CommandInput } from "../command.ts";
import { requireConnector } from "../sources.ts";
import { runReadPage } from "../reading/page.ts";
import { runRead } from "../reading/run-read.ts";
import { runReadWorkbook } from "../reading/workbook.ts";

/** `c360 read`: the messages of a source, the cells or tables of a workbook, or the items of a page. */
export async function run(input: CommandInput): Promise<number> {
  const [name = "", target] = input.args;
  if (name === "page") return runReadPage(input, target);
  const connector = requireConnector(name);
  if (input.options["cells"] === true || input.options["tables"] === true) {
    if (connector.name !== "excel") {
      throw new C360Error("USAGE", { problem: "--cells and --tables are for excel.", command: "read" });
    }
    return runReadWorkbook(input, target);
  }
  return runRead(input, connector, target);
}
