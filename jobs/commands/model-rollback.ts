import { C360Error, isoNow } from "#core";
import { releaseModel, rollBackModel } from "#warehouse";
import type { CommandInput } from "../command.ts";
import { openStores } from "../runtime.ts";
import { openWorkspace } from "../workspace.ts";

const MODELS = ["churn", "lead"];

/** `c360 model rollback`: makes the version before the champion again, or lets challengers replace it again. */
export async function run(input: CommandInput): Promise<number> {
  const model = input.args[0] ?? "";
  if (!MODELS.includes(model)) {
    throw new C360Error("USAGE", { problem: `The model is ${MODELS.join(" or ")}.`, command: "model rollback" });
  }
  const workspace = await openWorkspace(input);
  const { out, clock } = workspace;
  const stores = await openStores(workspace);
  try {
    if (input.options["release"] === true) {
      const released = await releaseModel(stores.db, model, isoNow(clock));
      out.line(released ? `${model} may change again from the next night on.` : `${model} was not held.`);
      out.result({ model, released });
      return 0;
    }
    const { champion, before } = await rollBackModel(stores.db, model, isoNow(clock));
    out.line(`${model}: back from ${before} to ${champion}.`);
    out.line(`The next nightly run scores with it. It stays until: c360 model rollback ${model} --release`);
    out.result({ model, champion, before });
    return 0;
  } finally {
    await stores.close();
  }
}
