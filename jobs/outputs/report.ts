import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { driftLines, modelRows, outcomeRows } from "./report-models.ts";
import type { RunSummary } from "./screen.ts";

/** Writes `report.html` for a run: one page without scripts that opens anywhere. Gives its path. */
export async function writeReport(
  run: RunSummary,
  options: { readonly dir: string; readonly firm: string },
): Promise<string> {
  await mkdir(options.dir, { recursive: true });
  const file = join(options.dir, "report.html");
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, reportHtml(run, options.firm));
  await rename(temporary, file);
  return file;
}

/** The page's text; every value is escaped. */
export function reportHtml(run: RunSummary, firm: string): string {
  const count = (n: number): string => n.toLocaleString("en");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(firm)}: nightly report</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>${escapeHtml(firm)}</h1><p>Nightly report, data as of ${escapeHtml(run.data_as_of ?? "-")} · ${escapeHtml(OUTCOMES[run.outcome] ?? run.outcome)}</p></header>
<main>
<section class="figures">
<div><b>${count(run.records)}</b> customer records</div>
<div><b>${count(run.customers)}</b> customers</div>
<div><b>${count(run.questions)}</b> questions for a steward</div>
<div><b>${count(run.kept_out.reduce((sum, one) => sum + one.records, 0))}</b> rows kept out</div>
</section>
${alerts(run)}
<section><h2>Best leads</h2>${run.not_scored === null ? "" : `<p>Not scored: ${escapeHtml(run.not_scored)} Ranked by recency and completeness.</p>`}
<ol class="leads">${run.leads.map(lead).join("")}</ol></section>
${scores(run)}
<section><h2>What was read</h2>${table(
    ["Source", "Stream", "Read", "Loaded", "Unchanged", "Quarantined", "Filtered", ""],
    run.sources.map((one) => [
      one.source,
      one.title,
      count(one.read),
      count(one.loaded),
      count(one.unchanged),
      count(one.quarantined),
      count(one.filtered),
      one.problem ?? "",
    ]),
  )}</section>
<section><h2>What was kept out, and why</h2>${
    run.kept_out.length === 0
      ? "<p>Nothing.</p>"
      : table(
          ["Rows", "Source", "Why"],
          run.kept_out.map((one) => [count(one.records), one.source, one.meaning]),
        )
  }</section>
<footer><p>Run ${escapeHtml(run.run_id)} · content ${escapeHtml(run.content_hash?.slice(0, 12) ?? "-")} · ${run.seconds.toFixed(1)} s</p></footer>
</main>
</body>
</html>
`;
}

/** Makes a value safe inside HTML text and attributes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

const OUTCOMES: Readonly<Record<string, string>> = {
  published: "published",
  published_partial: "published, but not every source could be read whole",
  failed: "not published; the day before stays up",
};

const STYLE = `
:root{color-scheme:light dark;--line:#8884;--soft:#8882}
body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:0 auto;padding:1rem}
h1{margin:0;font-size:1.6rem}header p{margin:.2rem 0 1rem}
h2{font-size:1.2rem;margin:2rem 0 .5rem}
.figures{display:flex;flex-wrap:wrap;gap:1rem}.figures div{background:var(--soft);border-radius:.5rem;padding:.6rem 1rem}
.figures b{display:block;font-size:1.5rem}
.alert{border-left:.3rem solid #c60;background:var(--soft);padding:.5rem 1rem;margin:1rem 0}
.leads li{margin:.7rem 0}.leads small{display:block}
.wide{overflow-x:auto}table{border-collapse:collapse;min-width:100%}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid var(--line)}
td.n{text-align:right;font-variant-numeric:tabular-nums}
@media print{body{max-width:none}}`;

function alerts(run: RunSummary): string {
  return run.alerts
    .map(
      (one) =>
        `<div class="alert" role="note"><b>${one.severity === "error" ? "Problem" : "Look at this"}:</b> ${escapeHtml(one.message)}<br>${escapeHtml(one.hint)}</div>`,
    )
    .join("\n");
}

function scores({ models }: RunSummary): string {
  if (models.models.length === 0) return "";
  const came =
    models.outcomes.length === 0
      ? "<p>What was said of the bands is judged when its days have passed.</p>"
      : table(["Score", "Band", "Said on", "Customers", "Expected", "Seen", ""], outcomeRows(models));
  return `<section><h2>How the scores are made, and whether they hold</h2>${table(
    ["Score", "Made by", "Learnt up to", "Why this one", ""],
    modelRows(models),
  )}${came}${driftLines(models)
    .map((line) => `<p>${escapeHtml(line)}</p>`)
    .join("")}</section>`;
}

function lead(one: RunSummary["leads"][number]): string {
  const reasons = [one.reason_1, one.reason_2, one.reason_3].filter((reason) => reason !== null && reason !== "");
  const phone = one.phone === null ? "no phone" : `<a href="tel:${escapeHtml(one.phone)}">${escapeHtml(one.phone)}</a>`;
  return `<li><b>${escapeHtml(one.customer)}</b> ${phone} · ${escapeHtml(one.band)}: ${escapeHtml(one.meaning)}
<small>${reasons.map((reason) => escapeHtml(String(reason))).join(" · ")}</small><small>${escapeHtml(one.action)}</small></li>`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[]): string =>
    row.map((cell) => `<td${/^[\d,]+$/.test(cell) ? ' class="n"' : ""}>${escapeHtml(cell)}</td>`).join("");
  return `<div class="wide"><table><thead><tr>${head.map((cell) => `<th scope="col">${escapeHtml(cell)}</th>`).join("")}</tr></thead><tbody>${rows
    .map((row) => `<tr>${cells(row)}</tr>`)
    .join("")}</tbody></table></div>`;
}
