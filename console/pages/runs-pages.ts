import { html } from "hono/html";
import type { QuarantineCount, QuarantineRow } from "#warehouse";
import type {
  Alert,
  AuditResult,
  FailedRead,
  Freshness,
  Notice,
  Run,
  RunStep,
  SourceBalance,
} from "../queries/runs.ts";
import { codeInWords, count, reasonInWords, sourceInWords } from "../words.ts";
import type { Words } from "../words.ts";
import { alertList } from "./home-page.ts";
import type { Html } from "./layout.ts";
import { badge, pager, table, withQuery } from "./parts.ts";
import { quarantineCountTable, quarantineList } from "./quarantine-page.ts";
import { duration, runBadge } from "./run-words.ts";

/** Everything about one run. */
export interface RunDetail {
  readonly run: Run;
  readonly steps: readonly RunStep[];
  readonly balances: readonly SourceBalance[];
  readonly failedReads: readonly FailedRead[];
  readonly freshness: readonly Freshness[];
  readonly notices: readonly Notice[];
  readonly audits: readonly AuditResult[];
  readonly alerts: readonly Alert[];
  readonly quarantineCounts: readonly QuarantineCount[];
  readonly quarantined: readonly QuarantineRow[];
}

/** Runs, newest first. */
export function runsPage(
  runs: readonly Run[],
  words: Words,
  page: { readonly number: number; readonly more: boolean },
): Html {
  return html`<h1>Runs</h1>
    ${
      runs.length === 0
        ? html`<p class="card">No run yet. Type <code>c360 nightly</code>.</p>`
        : table(
            "Runs, newest first",
            [
              { label: "Started" },
              { label: "Result" },
              { label: "Took" },
              { label: "Data as of" },
              { label: "Rows changed", number: true },
              { label: "Kind" },
            ],
            runs.map((run) => [
              html`<a href="/runs/${encodeURIComponent(run.run_id)}">${words.time(run.started_at)}</a>`,
              runBadge(run.status),
              duration(run.started_at, run.finished_at),
              words.date(run.data_as_of),
              run.rows_changed === null ? "" : count(run.rows_changed),
              codeInWords(run.kind),
            ]),
          )
    }
    ${pager(
      page.number > 1 ? withQuery("/runs", { page: page.number - 1 }) : null,
      page.more ? withQuery("/runs", { page: page.number + 1 }) : null,
    )}`;
}

/** One run in full. */
export function runPage(detail: RunDetail, words: Words): Html {
  const { run } = detail;
  return html`<p><a href="/runs">All runs</a></p>
    <h1>Run of ${words.time(run.started_at)}</h1>
    <p>
      ${runBadge(run.status)} ${duration(run.started_at, run.finished_at)}
      ${run.rows_changed === null ? "" : `· ${count(run.rows_changed)} rows changed`}
    </p>
    ${
      run.error_message === null
        ? ""
        : html`<section class="card">
            <p><strong>${run.error_message}</strong></p>
            <p>${run.error_hint ?? ""}</p>
            <p class="quiet">Code: ${run.error_code ?? ""}</p>
          </section>`
    }
    ${
      detail.alerts.length === 0
        ? ""
        : html`<h2>Alerts</h2>
            ${alertList(detail.alerts, words)}`
    }
    ${failedReadList(detail.failedReads)} ${balanceTable(detail.balances)} ${noticeTable(detail.notices)}
    ${quarantineSection(detail, words)} ${auditTable(detail.audits)} ${stepTable(detail.steps, words)}
    ${freshnessTable(detail.freshness, words)}
    <p class="quiet break">
      Run ${run.run_id}${run.content_hash === null ? "" : html`<br />Content hash ${run.content_hash}`}
    </p>`;
}

function streamName(row: { readonly source: string; readonly account: string; readonly stream: string }): Html {
  return html`${sourceInWords(row.source)} <span class="quiet">${row.account}</span> ${row.stream}`;
}

function balanceTable(balances: readonly SourceBalance[]): Html | string {
  if (balances.length === 0) return "";
  return html`<h2>What became of what was read</h2>
    ${table(
      "Read = new or changed + unchanged + kept out + left out",
      [
        { label: "Source" },
        { label: "Read", number: true },
        { label: "New or changed", number: true },
        { label: "Unchanged", number: true },
        { label: "Kept out", number: true },
        { label: "Left out", number: true },
        { label: "Sum" },
      ],
      balances.map((row) => {
        const sum = row.loaded + row.unchanged + row.quarantined + row.filtered;
        return [
          streamName(row),
          count(row.read),
          count(row.loaded),
          count(row.unchanged),
          count(row.quarantined),
          count(row.filtered),
          sum === row.read
            ? badge("good", "✓", "holds")
            : badge("bad", "✕", `off by ${count(Math.abs(row.read - sum))}`),
        ];
      }),
    )}`;
}

function failedReadList(reads: readonly FailedRead[]): Html | string {
  if (reads.length === 0) return "";
  return html`<h2>Not read whole</h2>
    <ul class="rows">
      ${reads.map(
        (read) =>
          html`<li class="row">
            <div>
              <p>
                ${read.outcome === "failed" ? badge("bad", "✕", "Failed") : badge("warn", "!", codeInWords(read.outcome ?? "not finished"))}
                <strong>${streamName(read)}</strong>
              </p>
              <p>${read.error_message ?? ""}</p>
              <p class="quiet">${read.error_hint ?? ""} ${read.error_code ?? ""}</p>
            </div>
          </li>`,
      )}
    </ul>`;
}

function noticeTable(notices: readonly Notice[]): Html | string {
  if (notices.length === 0) return "";
  return html`<h2>Notices</h2>
    ${table(
      "Worth knowing; nothing was stopped",
      [{ label: "Source" }, { label: "What" }, { label: "Detail" }],
      notices.map((notice) => [
        streamName(notice),
        reasonInWords(notice.code),
        notice.subject === "" ? notice.message : `${notice.subject}: ${notice.message}`,
      ]),
    )}`;
}

function quarantineSection(detail: RunDetail, words: Words): Html | string {
  if (detail.quarantineCounts.length === 0) return "";
  return html`<h2>Records kept out in this run</h2>
    ${quarantineCountTable(detail.quarantineCounts, detail.run.run_id)} ${quarantineList(detail.quarantined, words)}
    <p><a href="${withQuery("/quarantine", { run: detail.run.run_id })}">All of this run</a></p>`;
}

function auditTable(audits: readonly AuditResult[]): Html | string {
  if (audits.length === 0) return "";
  return html`<h2>Checks before publishing</h2>
    ${table(
      "Audits, failures first",
      [{ label: "Check" }, { label: "Result" }, { label: "Detail" }],
      audits.map((audit) => [
        codeInWords(audit.audit),
        audit.passed
          ? badge("good", "✓", "passed")
          : audit.severity === "error"
            ? badge("bad", "✕", "failed")
            : badge("warn", "!", "warning"),
        audit.detail,
      ]),
    )}`;
}

function stepTable(steps: readonly RunStep[], words: Words): Html | string {
  if (steps.length === 0) return "";
  const sign = {
    done: badge("good", "✓", "done"),
    failed: badge("bad", "✕", "failed"),
    running: badge("plain", "…", "at work"),
  };
  return html`<h2>Steps</h2>
    ${table(
      "Steps in order",
      [{ label: "Step" }, { label: "State" }, { label: "Started" }, { label: "Took" }],
      steps.map((step) => [
        codeInWords(step.step),
        sign[step.status],
        words.time(step.started_at),
        duration(step.started_at, step.finished_at),
      ]),
    )}`;
}

function freshnessTable(rows: readonly Freshness[], words: Words): Html | string {
  if (rows.length === 0) return "";
  return html`<h2>Freshness now</h2>
    ${table(
      "When each stream was last read whole, the oldest first",
      [{ label: "Source" }, { label: "Last read whole" }, { label: "Records", number: true }],
      rows.map((row) => [
        streamName(row),
        row.last_success_at === null ? badge("warn", "!", "never") : words.time(row.last_success_at),
        count(row.live_records),
      ]),
    )}`;
}
