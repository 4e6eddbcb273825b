import { html } from "hono/html";
import type { CustomerScore } from "../queries/customers.ts";
import { codeInWords } from "../words.ts";
import type { Words } from "../words.ts";
import type { Html } from "./layout.ts";
import { bandBadge } from "./leads-page.ts";

const TITLES: Readonly<Record<string, string>> = {
  lead: "Will buy",
  churn: "Risk of leaving",
  lifetime_value: "Value over the next year",
};

/** Scores with band, meaning and reasons; a score that is not given says why. */
export function scoreSection(scores: readonly CustomerScore[], words: Words): Html {
  return html`<section>
    <h2>Scores</h2>
    ${scores.length === 0 ? html`<p class="quiet">No scores yet.</p>` : scores.map((score) => scoreCard(score, words))}
  </section>`;
}

function scoreCard(score: CustomerScore, words: Words): Html {
  return html`<article class="card score">
    <h3>${TITLES[score.score] ?? codeInWords(score.score)} ${bandBadge(score.band)}</h3>
    <p>${score.meaning}</p>
    ${score.value === null ? "" : html`<p class="figure small">${valueInWords(score, words)}</p>`}
    ${score.not_scored_reason === null ? "" : html`<p>Not scored: ${score.not_scored_reason}</p>`}
    ${
      score.reasons.length === 0
        ? ""
        : html`<ul class="reasons">
            ${score.reasons.map(
              (reason) =>
                html`<li>
                  <span aria-hidden="true">${reason.direction === "lowers" ? "↓" : "↑"}</span>
                  ${reason.reason} <span class="quiet">(${reason.direction} it)</span>
                </li>`,
            )}
          </ul>`
    }
    <p class="quiet">
      By the data of ${words.date(score.data_as_of)}; looks ${score.horizon_days} days ahead; ${score.model_kind},
      version ${score.model_version}
    </p>
  </article>`;
}

function valueInWords(score: CustomerScore, words: Words): string {
  if (score.value === null) return "";
  if (score.unit === "probability") return `${Math.round(score.value * 100)} in 100`;
  const money = (value: number): string => words.money(value.toFixed(2), score.unit);
  const interval = score.low === null || score.high === null ? "" : ` (${money(score.low)} to ${money(score.high)})`;
  return `${money(score.value)}${interval}`;
}
