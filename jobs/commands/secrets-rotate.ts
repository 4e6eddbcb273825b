import { systemClock } from "#core";
import type { CommandInput } from "../command.ts";
import { secretsDir } from "../reading/config.ts";
import { rotateSecretKey } from "../secret-store.ts";
import { commandOutput, readEnvironment } from "../workspace.ts";

/** `c360 secrets rotate`: a new key for the secret store, and every secret encrypted anew. */
export async function run(input: CommandInput): Promise<number> {
  const env = readEnvironment();
  const next = process.env["C360_SECRET_KEY_NEXT"] ?? "";
  const out = commandOutput(input);
  const dir = secretsDir(input);
  const secrets = await rotateSecretKey({ dir, env, clock: systemClock }, next === "" ? null : next);
  out.line(`${secrets} secrets in ${dir} are under a new key.`);
  if (next !== "") out.line("From now on C360_SECRET_KEY must be what C360_SECRET_KEY_NEXT is.");
  out.result({ secrets, dir, passphrase: next !== "" });
  return 0;
}
