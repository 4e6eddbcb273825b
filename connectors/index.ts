import type { Connector } from "#core";
import { campaigns } from "./campaigns/index.ts";
import { directory } from "./directory/index.ts";
import { excel } from "./excel/index.ts";
import { googleSheets } from "./google-sheets/index.ts";
import { quickbooks } from "./quickbooks/index.ts";
import { social } from "./social/index.ts";

export { defineConnector, readStreams } from "./define.ts";
export { createHttp } from "./http.ts";
export type { HttpClient, HttpOptions, HttpRequest } from "./http.ts";
export type { HttpResponse } from "./http-transport.ts";
export { isPrivateAddress } from "./http-hosts.ts";
export { parseRobots } from "./robots.ts";
export type { Robots, RobotsRule, RobotsVerdict } from "./robots.ts";
export { readFileRows } from "./excel/table-file.ts";
export type { FileCell } from "./excel/table-file.ts";
export { openPage } from "./directory/page.ts";
export { SYNTAXES } from "./directory/syntax/items.ts";
export type { Syntax } from "./directory/syntax/items.ts";
export { TABLE_FIELDS } from "./table/fields.ts";
export { readCells, readTables } from "./excel/cell-lines.ts";
export type { CellLine, TableLine, VerdictLine } from "./excel/cell-lines.ts";
export { formatDecimal, parseDecimal } from "./decimal.ts";

/** A connector whose settings are checked by its own schema before it is opened. */
export type AnyConnector = Connector;

/** Every connector, in the order in which `c360 add` offers them. */
export const CONNECTORS: readonly AnyConnector[] = [excel, quickbooks, googleSheets, directory, social, campaigns].map(
  erased,
);

/** The connector of that name, or undefined. */
export function findConnector(name: string): AnyConnector | undefined {
  return CONNECTORS.find((connector) => connector.name === name);
}

/** The registry does not know each connector's settings: they are parsed by `connector.settings` before `open`. */
function erased(connector: unknown): AnyConnector {
  return connector as AnyConnector;
}
