import type { Connector } from "#core";
import { excel } from "./excel/index.ts";
import { googleSheets } from "./google-sheets/index.ts";
import { quickbooks } from "./quickbooks/index.ts";
const CONNECTORS: readonly Connector[] = [
  quickbooks as unknown as Connector,
  excel as unknown as Connector,
  googleSheets as unknown as Connector,
];
export { CONNECTORS };
export function findConnector(name: string): Connector | undefined {
  return CONNECTORS.find((one) => one.name === name);
}
