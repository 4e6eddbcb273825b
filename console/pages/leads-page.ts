import { html } from "hono/html";
import type { LeadRow } from "#warehouse";
import type { Words } from "../words.ts";
import type { Html } from "./layout.ts";
import { badge, customerLink, pager, phoneLink, withQuery } from "./parts.ts";

/** The ranked list for sales. */
export function leadsPage(input: {
  readonly leads: readonly LeadRow[];
  readonly after: number;
  readonly more: boolean;
  readonly words: Words;
}): Html {
  const { leads, words } = input;
  const asOf = leads[0]?.data_as_of ?? null;
  const last = leads.at(-1)?.rank ?? null;
  return html`<h1>Leads</h1>
    <p class="quiet">
      ${asOf === null ? "" : `By the data of ${words.date(asOf)}. `}Customers who asked not to be contacted are left
      out. The Excel list holds the same rows.
    </p>
    ${
      leads.length === 0
        ? html`<p class="card">No list yet. Type <code>c360 nightly</code>.</p>`
        : html`<ol class="leads" start="${input.after + 1}">
            ${leads.map((lead) => leadItem(lead, words))}
          </ol>`
    }
    ${pager(
      input.after > 0 ? "/leads" : null,
      input.more && last !== null ? withQuery("/leads", { after: last }) : null,
    )}`;
}

/** A band with its sign: three steps that can be told apart without colour. */
export function bandBadge(band: string): Html {
  switch (band.toLowerCase()) {
    case "high":
      return badge("good", "▲", band);
    case "medium":
      return badge("plain", "◆", band);
    case "low":
      return badge("plain", "▽", band);
    default:
      return badge("plain", "–", band);
  }
}

function leadItem(lead: LeadRow, words: Words): Html {
  const reasons = [lead.reason_1, lead.reason_2, lead.reason_3].filter((reason) => reason !== null && reason !== "");
  return html`<li>
    <div class="lead-who">
      <span class="rank" aria-hidden="true">${lead.rank}</span>
      <strong>${customerLink(lead.customer_id, lead.customer)}</strong>
      ${bandBadge(lead.band)} ${phoneLink(lead.phone)}
    </div>
    <div class="lead-why">
      <p>${lead.meaning}</p>
      <ul>
        ${reasons.map((reason) => html`<li>${reason}</li>`)}
      </ul>
    </div>
    <div class="lead-do">
      <p><strong>${lead.action}</strong></p>
      <p class="quiet">
        ${lead.last_contact === null ? "No contact yet" : `Last contact ${words.date(lead.last_contact)}`}
      </p>
    </div>
  </li>`;
}
