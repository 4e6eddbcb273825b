import { html } from "hono/html";
import type { LeadRow } from "#warehouse";
import type { Alert } from "../queries/runs.ts";
import type { Status } from "../queries/status.ts";
import { capital, codeInWords, count } from "../words.ts";
import type { Words } from "../words.ts";
import { csrfField } from "./layout.ts";
import type { Html } from "./layout.ts";
import { badge, customerLink, phoneLink } from "./parts.ts";
import { runBadge } from "./run-words.ts";

/** What matters now. */
export function homePage(input: {
  readonly status: Status;
  readonly topLeads: readonly LeadRow[];
  readonly words: Words;
  readonly csrf: string;
  readonly workspaceName: string;
}): Html {
  const { status, words } = input;
  return html`<h1>${input.workspaceName}</h1>
    <div class="cards">
      <section class="card">
        <h2>Last run</h2>
        ${lastRun(status, words)}
      </section>
      ${figure("Questions for you", status.openQuestions, "/review", status.openQuestions === 0 ? "All answered" : "Answer them")}
      ${figure("Customers", status.customers, "/customers", `from ${count(status.records)} records`)}
      ${figure("Leads", status.leads, "/leads", "See the list")}
      ${figure("Records kept out", status.quarantined, "/quarantine", status.quarantined === 0 ? "None" : "See why")}
    </div>
    <section>
      <h2>Alerts</h2>
      ${status.alerts.length === 0 ? html`<p>${badge("good", "✓", "None. All is well.")}</p>` : alertList(status.alerts, words)}
    </section>
    ${input.topLeads.length === 0 ? "" : topLeads(input.topLeads)}
    <form method="post" action="/sign-out" class="sign-out">${csrfField(input.csrf)} <button>Sign out</button></form>`;
}

/** Alerts with what to do about each. */
export function alertList(alerts: readonly Alert[], words: Words): Html {
  return html`<ul class="rows">
    ${alerts.map(
      (alert) =>
        html`<li class="row">
          <div>
            <p>
              ${
                alert.severity === "error" || alert.severity === "critical"
                  ? badge("bad", "✕", capital(alert.severity))
                  : badge("warn", "!", capital(alert.severity))
              }
              <strong>${alert.message}</strong>
            </p>
            ${alert.hint === "" ? "" : html`<p>${alert.hint}</p>`}
            <p class="quiet">
              ${codeInWords(alert.code)}${alert.subject === "" ? "" : `, ${alert.subject}`}, ${words.time(alert.at)}
              ${alert.run_id === null ? "" : html` · <a href="/runs/${encodeURIComponent(alert.run_id)}">run</a>`}
              ${alert.resolved_at === null ? "" : ` · resolved ${words.time(alert.resolved_at)}`}
            </p>
          </div>
        </li>`,
    )}
  </ul>`;
}

function lastRun(status: Status, words: Words): Html {
  const run = status.lastRun;
  if (run === null) return html`<p>No run yet. Type <code>c360 nightly</code>.</p>`;
  return html`<p>${runBadge(run.status)}</p>
    <p><a href="/runs/${encodeURIComponent(run.run_id)}">${words.time(run.finished_at ?? run.started_at)}</a></p>
    ${run.error_message === null ? "" : html`<p>${run.error_message}</p>`}`;
}

function figure(title: string, value: number, href: string, text: string): Html {
  return html`<section class="card">
    <h2>${title}</h2>
    <p class="figure">${count(value)}</p>
    <p><a href="${href}">${text}</a></p>
  </section>`;
}

function topLeads(leads: readonly LeadRow[]): Html {
  return html`<section>
    <h2>First leads</h2>
    <ol class="rows">
      ${leads.map(
        (lead) =>
          html`<li class="row">
            <div>
              <p><strong>${customerLink(lead.customer_id, lead.customer)}</strong> ${phoneLink(lead.phone)}</p>
              <p class="quiet">${lead.reason_1 ?? lead.meaning}</p>
            </div>
          </li>`,
      )}
    </ol>
    <p><a href="/leads">The whole list</a></p>
  </section>`;
}
