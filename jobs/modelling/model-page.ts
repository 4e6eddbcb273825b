import { rateInWords } from "#models";
import type { LeakageAlarm, TabularModel } from "#models";

/** What a model is and how good it is, as a page without scripts or anything from elsewhere. */
export function modelPage(model: TabularModel, alarms: readonly LeakageAlarm[], notices: readonly string[]): string {
  const bands = (["High", "Medium", "Low"] as const).map((band) => [
    band,
    rateInWords(model.bands.rates[band]),
    model.bands.rates[band].toFixed(3),
    String(model.bands.customers[band]),
  ]);
  const metrics = Object.entries(model.metrics).map(([name, value]) => [name.replaceAll("_", " "), value.toFixed(4)]);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${text(model.target)}: ${text(model.name)}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
table{border-collapse:collapse;margin:1rem 0}td,th{padding:.3rem .8rem;text-align:left;border-bottom:1px solid #ccc}
.alarm{border-left:4px solid #a12622;padding-left:.8rem}</style></head><body>
<h1>${text(model.target)}</h1>
<p>The model that ships: <strong>${text(model.name)}</strong>, version ${text(model.version)}, on ${String(model.features.length)} columns.</p>
${alarms.map(({ column, kind, detail }) => `<p class="alarm"><strong>${text(column)}</strong>: ${text(kind.replaceAll("_", " "))}: ${text(detail)}</p>`).join("\n")}
<h2>Bands, on rows that the model had not seen</h2>
${table(["Band", "In words", "Rate", "Rows"], bands)}
<h2>Measures, on rows that the model had not seen</h2>
${table(["Measure", "Value"], metrics)}
<h2>Columns</h2>
${table(
  ["Column", "Read as", "Usual value"],
  model.features.map((name) => [name, model.types[name] ?? "", model.usual[name] ?? ""]),
)}
${notices.map((notice) => `<p>${text(notice)}</p>`).join("\n")}
</body></html>
`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[], tag: string): string =>
    `<tr>${cells.map((cell) => `<${tag}>${text(cell)}</${tag}>`).join("")}</tr>`;
  return `<table>${line(head, "th")}${rows.map((row) => line(row, "td")).join("")}</table>`;
}

function text(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
