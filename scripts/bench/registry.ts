import { benchCommands } from "./commands.ts";
import { benchDemo } from "./demo.ts";
import { benchFaults } from "./faults.ts";
import { benchOwnData } from "./own-data.ts";
import type { Bench } from "./figure.ts";

/** Every benchmark by name. */
export const BENCHES: Readonly<Record<string, Bench>> = {
  demo: benchDemo,
  faults: benchFaults,
  "own-data": benchOwnData,
  commands: benchCommands,
};
