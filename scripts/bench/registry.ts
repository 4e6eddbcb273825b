import { benchCommands } from "./commands.ts";
import { benchDemo } from "./demo.ts";
import { benchFaults } from "./faults.ts";
import { benchIdentity } from "./identity.ts";
import { benchModels } from "./models.ts";
import { benchOwnData } from "./own-data.ts";
import { benchMutationsFiles } from "./mutations-files.ts";
import { benchMutationsWeb } from "./mutations-web.ts";
import { benchReading } from "./reading.ts";
import type { Bench } from "./figure.ts";

/** Every benchmark by name. */
export const BENCHES: Readonly<Record<string, Bench>> = {
  demo: benchDemo,
  faults: benchFaults,
  identity: benchIdentity,
  "own-data": benchOwnData,
  models: benchModels,
  commands: benchCommands,
  "mutations-files": benchMutationsFiles,
  "mutations-web": benchMutationsWeb,
  reading: benchReading,
};
