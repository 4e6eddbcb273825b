import { C360Error } from "#core";
import { counterfactuals, openBackend, rateInWords, scoreTable, takeRows } from "#models";
import type { CommandInput } from "../command.ts";
import { idsOf, lackingFeatures, readModelFile } from "../modelling/model-file.ts";
import { valueText } from "../modelling/model-reasons.ts";
import { readModelTable, textOption } from "../modelling/model-table.ts";
import { plainTable } from "../modelling/writing.ts";
import { commandOutput } from "../workspace.ts";

/** Features whose other values are tried. */
const TRIED = 5;

/** `c360 model explain`: base, effects and score of one row, and what would change its band. */
export async function run(input: CommandInput): Promise<number> {
  const out = commandOutput(input);
  const id = textOption(input, "id");
  if (id === null) throw new C360Error("USAGE", { problem: "Name the row: --id ID.", command: "model explain" });
  const model = await readModelFile(input.args[0] ?? "");
  const { table: written } = await readModelTable(input.args[1] ?? "");
  const notices = lackingFeatures(model, written);
  const at = idsOf(model, written, null).indexOf(id);
  const table = plainTable(written, model.writings);
  if (at < 0) throw new C360Error("MODEL_REFUSED", { problem: `There is no row with the id ${id}.` });
  const backend = await openBackend();
  const one = takeRows(table, [at]);
  const scores = scoreTable(backend, model, one);
  const [probability, band, effects] = [scores.probabilities[0]!, scores.bands[0]!, scores.effects[0]!];
  const row = Object.fromEntries(model.features.map((name) => [name, one.columns[name]?.[0] ?? null]));
  const others = counterfactuals(
    backend,
    model,
    row,
    table,
    effects.slice(0, TRIED).map(({ feature }) => feature),
  );
  out.line(
    out.bold(
      `${id}: ${(100 * probability).toFixed(1)}%, ${band} (${rateInWords(model.bands.rates[band])} of this band)`,
    ),
  );
  out.line(`Log-odds of the usual row: ${signed(scores.base)}`);
  for (const { feature, effect } of effects) {
    if (Math.abs(effect) >= 0.0005)
      out.line(`${signed(effect).padStart(8)}  ${valueText(model, feature, row[feature] ?? null)}`);
  }
  out.line(`Log-odds of this row: ${signed(scores.logits[0]!)}`);
  for (const other of others) out.line(`With ${other.feature} ${other.value} the band would be ${other.band}.`);
  for (const notice of notices) out.line(out.dim(notice));
  out.result({
    id,
    probability,
    band,
    base: scores.base,
    logit: scores.logits[0]!,
    effects: effects.map(({ feature, effect }) => ({ feature, value: row[feature] ?? null, effect })),
    counterfactuals: others,
    model: model.name,
    version: model.version,
    notices,
  });
  return 0;
}

function signed(value: number): string {
  return `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(3)}`;
}
