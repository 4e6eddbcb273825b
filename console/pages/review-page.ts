import { html } from "hono/html";
import type { ComparedField, ComparedValue, Mark } from "../compare.ts";
import type { EvidenceLine } from "../evidence.ts";
import type { ReviewFacets, ReviewFilter, ReviewProgress } from "../queries/review.ts";
import type { ReviewSide, ReviewView } from "../review-view.ts";
import type { Act } from "../sessions.ts";
import { count, plural, reasonInWords, sourceInWords } from "../words.ts";
import { csrfField } from "./layout.ts";
import type { Html } from "./layout.ts";
import { badge, customerLink } from "./parts.ts";

/** What the review page is made from. */
export interface ReviewPageInput {
  readonly view: ReviewView | null;
  readonly progress: ReviewProgress;
  readonly facets: ReviewFacets;
  readonly choice: ReviewFilter;
  readonly csrf: string;
  /** What `u` would take back. */
  readonly lastAct: Act | null;
}

/** The queue: one question at a time. */
export function reviewPage(input: ReviewPageInput): Html {
  const { view, progress } = input;
  return html`<div class="review-head">
      <h1 id="question" tabindex="-1">${view === null ? "No question is open" : view.question}</h1>
      <p class="progress-line">
        ${progressBar(progress)} <strong>${count(progress.open)} of ${count(progress.total)} left</strong>
        ${progress.skipped === 0 ? "" : html`<span>(${count(progress.skipped)} skipped)</span>`}
      </p>
    </div>
    ${filters(input)} ${view === null ? allDone(input) : question(view, input)} ${help()}`;
}

function progressBar(progress: ReviewProgress): Html | string {
  if (progress.total === 0) return "";
  return html`<progress
    max="${progress.total}"
    value="${progress.total - progress.open}"
    aria-label="Questions worked through"
  ></progress>`;
}

function question(view: ReviewView, input: ReviewPageInput): Html {
  return html`<p class="lead">${view.probability}.</p>
    <p class="quiet">Asked because: ${view.reason}</p>
    ${view.task.status === "open" ? "" : html`<p>${badge("warn", "!", `This question is ${view.task.status}.`)}</p>`}
    ${
      view.complete
        ? ""
        : html`<p>
            ${badge("warn", "!", "A source no longer has one of the two records. Skip it; the next run clears it away.")}
          </p>`
    }
    <div class="review-body">
      <div>${comparison(view)}</div>
      <div>${evidenceList(view.evidence)} ${effects(view)}</div>
    </div>
    ${actions(view, input)}`;
}

function comparison(view: ReviewView): Html {
  return html`<table class="compare">
    <caption class="hidden">
      The two records side by side
    </caption>
    <thead>
      <tr>
        <th scope="col">Field</th>
        <th scope="col">${sideHead(view.left)}</th>
        <th scope="col">${sideHead(view.right)}</th>
      </tr>
    </thead>
    <tbody>
      ${view.fields.map(fieldRow)}
    </tbody>
  </table>`;
}

function sideHead(side: ReviewSide): Html {
  return html`<span class="side-name">${side.name}</span>
    <span class="side-source">${side.origin}</span>
    <span class="side-history">${side.history}</span>
    ${
      side.customer === null
        ? ""
        : html`<span class="side-customer">
            Customer ${customerLink(side.customer.customer_id, side.customer.customer_id)},
            ${plural(side.customer.record_count, "record")}${
              side.customer.lead_band === null ? "" : `, lead ${side.customer.lead_band.toLowerCase()}`
            }
          </span>`
    }`;
}

const MARKS: Readonly<Record<Mark, readonly [string, string]>> = {
  same: ["=", "same"],
  "shares some": ["≈", "partly"],
  differs: ["≠", "differs"],
  "only here": ["◐", "one side"],
};

function fieldRow(field: ComparedField): Html {
  const [sign, word] = MARKS[field.mark];
  const mark = field.mark.replace(" ", "-");
  return html`<tr class="${mark}">
    <th scope="row">
      <span class="field-label">${field.label}</span>
      <span class="mark ${mark}"><span aria-hidden="true">${sign}</span> ${word}</span>
    </th>
    <td>${values(field, field.left)}</td>
    <td>${values(field, field.right)}</td>
  </tr>`;
}

function values(field: ComparedField, side: readonly ComparedValue[]): Html | string {
  if (side.length === 0) return html`<span class="quiet">nothing here</span>`;
  const only = field.mark === "only here" ? html` <span class="quiet">(only here)</span>` : "";
  const first = side[0];
  if (side.length === 1 && first !== undefined) return html`${first.text}${only}`;
  return html`<ul class="values">
    ${side.map(
      (value) =>
        html`<li>
          ${value.text}${field.mark === "shares some" && value.shared ? html` <span class="mark same">= same</span>` : ""}${only}
        </li>`,
    )}
  </ul>`;
}

function evidenceList(lines: readonly EvidenceLine[]): Html | string {
  if (lines.length === 0) return "";
  return html`<section id="evidence">
    <h2>Evidence</h2>
    <ul class="evidence">
      ${lines.map(
        (line) =>
          html`<li class="${line.sign === "+" ? "for" : line.sign === "−" ? "against" : "neutral"}">
            <span class="sign" aria-hidden="true">${line.sign}</span>
            <span>
              <strong>${line.subject}</strong>${line.finding === "" ? "" : `: ${line.finding}`}
              <span class="quiet">${line.strength}</span>
            </span>
          </li>`,
      )}
    </ul>
  </section>`;
}

function effects(view: ReviewView): Html {
  const split = view.task.kind === "split";
  return html`<section class="effects">
    <h2>What happens</h2>
    <dl>
      <dt>${split ? "Keep together" : "Merge"}</dt>
      ${view.mergeEffects.map((effect) => html`<dd>${effect}</dd>`)}
      <dt>${split ? "Take apart" : "Keep apart"}</dt>
      <dd>${view.apartEffect}</dd>
    </dl>
    <p class="quiet">Your answer binds every later run, from the next one on. It can be undone at any time.</p>
  </section>`;
}

function actions(view: ReviewView, input: ReviewPageInput): Html {
  const split = view.task.kind === "split";
  return html`<div class="actions">
    <form
      method="post"
      action="/review/${encodeURIComponent(view.task.task_id)}"
      data-task="${view.task.task_id}"
      aria-label="Answer"
    >
      ${csrfField(input.csrf)} ${choiceFields(input.choice)}
      <button
        name="decision"
        value="must_link"
        data-key="m"
        aria-keyshortcuts="m"
        class="primary"
        ${view.complete ? "" : "disabled"}
      >
        ${split ? "Keep together" : "Merge"} <kbd>m</kbd>
      </button>
      <button name="decision" value="cannot_link" data-key="k" aria-keyshortcuts="k" ${view.complete ? "" : "disabled"}>
        ${split ? "Take apart" : "Keep apart"} <kbd>k</kbd>
      </button>
      <button name="decision" value="skip" data-key="s" aria-keyshortcuts="s">Skip <kbd>s</kbd></button>
    </form>
    ${undoForm(input)}
  </div>`;
}

function undoForm(input: ReviewPageInput): Html | string {
  if (input.lastAct === null) return "";
  return html`<form method="post" action="/review/undo" data-undo>
    ${csrfField(input.csrf)} ${choiceFields(input.choice)}
    <button data-key="u" aria-keyshortcuts="u" title="${input.lastAct.label}">Undo <kbd>u</kbd></button>
    <span class="quiet last-act">${input.lastAct.label}</span>
  </form>`;
}

function choiceFields(choice: ReviewFilter): Html {
  return html`${choice.pair === null ? "" : html`<input type="hidden" name="pair" value="${choice.pair}" />`}
  ${choice.reason === null ? "" : html`<input type="hidden" name="reason" value="${choice.reason}" />`}`;
}

function allDone(input: ReviewPageInput): Html {
  const filtered = input.choice.pair !== null || input.choice.reason !== null;
  return html`<section class="card">
    <p>
      ${
        filtered
          ? html`Nothing is left behind this filter. <a href="/review">Show all questions</a>`
          : "Every question is answered. New ones come with the next run."
      }
    </p>
    ${
      input.progress.skipped === 0
        ? ""
        : html`<form method="post" action="/review/reopen-skipped">
            ${csrfField(input.csrf)} ${choiceFields(input.choice)}
            <button>Ask the ${plural(input.progress.skipped, "skipped question")} again</button>
          </form>`
    }
    ${undoForm(input)}
    <p><a href="/decisions">Decisions so far</a></p>
  </section>`;
}

function filters(input: ReviewPageInput): Html | string {
  const { facets, choice } = input;
  const active = choice.pair !== null || choice.reason !== null;
  if (!active && facets.pairs.length < 2 && facets.reasons.length < 2) return "";
  return html`<details class="filters" ${active ? "open" : ""}>
    <summary>Filter${active ? " (on)" : ""}</summary>
    <form method="get" action="/review">
      <label>
        Sources
        <select name="pair">
          <option value="">all</option>
          ${facets.pairs.map(
            ({ pair, tasks }) =>
              html`<option value="${pair}" ${pair === choice.pair ? "selected" : ""}>
                ${pairInWords(pair)} (${count(tasks)})
              </option>`,
          )}
        </select>
      </label>
      <label>
        Reason
        <select name="reason">
          <option value="">all</option>
          ${facets.reasons.map(
            ({ reason, tasks }) =>
              html`<option value="${reason}" ${reason === choice.reason ? "selected" : ""}>
                ${reasonInWords(reason)} (${count(tasks)})
              </option>`,
          )}
        </select>
      </label>
      <button>Apply</button>
      ${active ? html`<a href="/review">Show all</a>` : ""}
    </form>
  </details>`;
}

function pairInWords(pair: string): string {
  const [left = "", right = ""] = pair.split("|").map((part) => sourceInWords(decodeURIComponent(part)));
  return left === right ? `${left}, twice` : `${left} and ${right}`;
}

function help(): Html {
  return html`<details id="help" class="help">
    <summary>Help and keys <kbd>?</kbd></summary>
    <dl class="keys">
      <dt><kbd>m</kbd></dt>
      <dd>Merge: both records are the same customer.</dd>
      <dt><kbd>k</kbd></dt>
      <dd>Keep apart: they are two customers, whatever looks alike.</dd>
      <dt><kbd>s</kbd></dt>
      <dd>Skip: decide later. Skipped questions can be asked again at the end.</dd>
      <dt><kbd>u</kbd></dt>
      <dd>Undo the last answer or skip; press again for the one before.</dd>
      <dt><kbd>/</kbd></dt>
      <dd>Search customers.</dd>
      <dt><kbd>?</kbd></dt>
      <dd>Show or hide this help.</dd>
    </dl>
    <p>
      The questions whose answers change most come first. A shared phone or e-mail alone proves little: offices and
      families share them. Different dates of birth or tax numbers usually mean two customers.
    </p>
  </details>`;
}
