import type { Connector } from "#core";
import { quickbooks } from "./quickbooks/index.ts";
const CONNECTORS: readonly Connector<never>[] = [quickbooks as unknown as Connector<never>];
export { CONNECTORS };
