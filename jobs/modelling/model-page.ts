import { rateInWords } from "#models";
import type { LeakageAlarm, TabularModel } from "#models";

/** What a page tells beside the model itself. */
export interface PageNotes {
  readonly alarms: readonly LeakageAlarm[];
  readonly notices: readonly string[];
  /** How far each column moves the log-odds of a row, on average. */
  readonly weights: ReadonlyMap<string, number>;
}

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
table{border-collapse:collapse;margin:1rem 0;width:100%}td,th{padding:.3rem .8rem;text-align:left;border-bottom:1px solid #ccc}
th.n,td.n{text-align:right;font-variant-numeric:tabular-nums}.alarm{border-left:4px solid #a12622;padding-left:.8rem}
.bar{display:inline-block;height:.7rem;background:#2b5c8a;vertical-align:middle}.ships{font-weight:600}small{color:#555}`;

/** What a model is and how good it is, as a page without scripts or anything from elsewhere. */
export function modelPage(model: TabularModel, { alarms, notices, weights }: PageNotes): string {
  const figure = (name: string, digits = 4): string => (model.metrics[name] ?? NaN).toFixed(digits);
  const bands = (["High", "Medium", "Low"] as const).map((band) => [
    band,
    rateInWords(model.bands.rates[band]),
    `${(100 * model.bands.rates[band]).toFixed(1)}%`,
    String(model.bands.customers[band]),
  ]);
  const measures = [
    ["Rows with a known outcome", figure("rows", 0)],
    ["Share with the outcome", `${(100 * (model.metrics["base_rate"] ?? NaN)).toFixed(1)}%`],
    ["AUC", figure("auc")],
    ["Log-loss", figure("log_loss")],
    ["Brier", figure("brier")],
    ["Calibration error", figure("calibration_error")],
    ["Lift of the highest tenth", figure("top_decile_lift", 2)],
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${text(model.target)}: ${text(model.name)}</title>
<style>${STYLE}</style></head><body>
<h1>${text(model.target)}</h1>
<p>The model that ships: <strong>${text(model.name)}</strong>, version ${text(model.version)}, on ${String(model.features.length)} columns. What counts as the outcome: ${text(model.positive)}.</p>
${alarms.map(({ column, kind, detail }) => `<p class="alarm"><strong>${text(column)}</strong>: ${text(kind.replaceAll("_", " "))}: ${text(detail)}</p>`).join("\n")}
<h2>Bands</h2>
<p><small>How often the outcome was seen, on rows that the model had not seen.</small></p>
${table(["Band", "In words", "Rate", "Rows"], bands, 2)}
<h2>Measures</h2>
<p><small>On rows that the model had not seen.</small></p>
${table(["Measure", "Value"], measures, 1)}
<h2>What was tried</h2>
<p><small>The same rows for all; the simplest one that is not beaten ships.</small></p>
${table(["Model", "Log-loss", "AUC", "Log-loss above the best"], tried(model), 1)}
<h2>Columns</h2>
<p><small>How far a column moves the log-odds of a row, on average.</small></p>
${columnTable(model, weights)}
${notices.map((notice) => `<p><small>${text(notice)}</small></p>`).join("\n")}
</body></html>
`;
}

/** Candidates by name, from the metrics that were kept of them. */
function tried({ metrics }: TabularModel): string[][] {
  return Object.keys(metrics)
    .filter((name) => name.endsWith("_worse_by"))
    .map((name) => name.slice(0, -"_worse_by".length))
    .map((slug) => {
      const of = (figure: string): number => metrics[`${slug}_${figure}`] ?? NaN;
      const gap = of("worse_by");
      const above = gap === 0 ? "best" : `${gap.toFixed(4)} ± ${of("worse_by_se").toFixed(4)}`;
      return [slug.replaceAll("_", " "), of("log_loss").toFixed(4), of("auc").toFixed(4), above];
    });
}

function columnTable(model: TabularModel, weights: ReadonlyMap<string, number>): string {
  const weight = (name: string): number => weights.get(name) ?? 0;
  const top = Math.max(1e-9, ...model.features.map(weight));
  const rows = [...model.features]
    .sort((a, b) => weight(b) - weight(a) || (a < b ? -1 : 1))
    .map((name) => {
      const bar = `<span class="bar" style="width:${((10 * weight(name)) / top).toFixed(2)}rem"></span>`;
      const cells = [name, model.types[name] ?? "", model.usual[name] ?? ""].map((cell) => `<td>${text(cell)}</td>`);
      return `<tr>${cells.join("")}<td class="n">${weight(name).toFixed(3)}</td><td>${bar}</td></tr>`;
    });
  return `<table><tr><th>Column</th><th>Read as</th><th>Usual value</th><th class="n">Weight</th><th></th></tr>${rows.join("")}</table>`;
}

/** A table; columns from `numbers` on are figures. */
function table(head: readonly string[], rows: readonly (readonly string[])[], numbers: number): string {
  const line = (cells: readonly string[], tag: string): string => {
    const one = (cell: string, k: number): string =>
      `<${tag}${k >= numbers ? ' class="n"' : ""}>${text(cell)}</${tag}>`;
    return `<tr>${cells.map(one).join("")}</tr>`;
  };
  return `<table>${line(head, "th")}${rows.map((row) => line(row, "td")).join("")}</table>`;
}

function text(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
