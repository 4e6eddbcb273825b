import { html } from "hono/html";
import type {
  ContactPoint,
  Customer,
  CustomerScore,
  CustomerSourceRecord,
  FieldSource,
  RelatedCustomer,
  TimelineEntry,
} from "../queries/customers.ts";
import { codeInWords, keyInWords, keySource, plural, sourceInWords } from "../words.ts";
import type { Words } from "../words.ts";
import type { Html } from "./layout.ts";
import { badge, customerLink, mailLink, pager, phoneLink, siteLink, table, withQuery } from "./parts.ts";
import { scoreSection } from "./score-section.ts";

/** Everything about one customer. */
export interface CustomerDetail {
  readonly customer: Customer;
  readonly fields: ReadonlyMap<string, FieldSource>;
  readonly contacts: readonly ContactPoint[];
  readonly records: readonly CustomerSourceRecord[];
  readonly timeline: readonly TimelineEntry[];
  readonly timelinePage: { readonly number: number; readonly more: boolean };
  readonly scores: readonly CustomerScore[];
  readonly related: readonly RelatedCustomer[];
  /** The retired id by which somebody came here. */
  readonly cameFrom: string | null;
}

/** The customer page. */
export function customerPage(detail: CustomerDetail, words: Words): Html {
  const { customer } = detail;
  return html`<h1>${customer.display_name}</h1>
    <p>
      ${badge("plain", customer.entity_type === "organisation" ? "▦" : "○", customer.entity_type === "organisation" ? "Firm" : codeInWords(customer.entity_type))}
      ${badge("plain", "•", codeInWords(customer.customer_segment))}
      ${customer.do_not_contact ? badge("bad", "⊘", "Do not contact") : ""}
      ${customer.active ? "" : badge("warn", "!", "Inactive")}
      <span class="quiet">Customer ${customer.customer_id}</span>
    </p>
    ${
      detail.cameFrom === null
        ? ""
        : html`<p class="card">
            Customer ${detail.cameFrom} was found to be the same as this one; its id leads here for ever.
          </p>`
    }
    ${summary(customer, words)}
    <div class="columns">
      <div>${profile(detail, words)} ${contactSection(detail.contacts)}</div>
      <div>${scoreSection(detail.scores, words)} ${relatedSection(detail.related)}</div>
    </div>
    ${timelineSection(detail, words)} ${recordSection(detail)}`;
}

function summary(customer: Customer, words: Words): Html {
  const facts: (readonly [string, string])[] = [
    ["Sales", words.money(customer.total_sales, customer.home_currency)],
    ["Paid", words.money(customer.total_paid, customer.home_currency)],
    ["Purchases", customer.purchases === 0 ? "none yet" : String(customer.purchases)],
    ["Last purchase", words.date(customer.last_purchase) || "none yet"],
    ["Last contact", words.date(customer.last_contact) || "none yet"],
  ];
  return html`<dl class="facts">
      ${facts.map(
        ([label, value]) =>
          html`<div>
            <dt>${label}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    ${
      customer.sales_without_rate === 0
        ? ""
        : html`<p class="quiet">
            ${plural(customer.sales_without_rate, "document")} in another currency without a known rate: listed below,
            not in the sums.
          </p>`
    }`;
}

function profile(detail: CustomerDetail, words: Words): Html {
  const c = detail.customer;
  const lines: (readonly [string, string, Html | string | null])[] = [
    ["first_name", "First name", c.first_name],
    ["last_name", "Family name", c.last_name],
    ["company_name", "Company", c.company_name],
    ["phone", "Phone", phoneLink(c.phone)],
    ["email", "E-mail", mailLink(c.email)],
    ["street_address", "Street", c.street_address],
    ["city", "Town", c.city],
    ["parish", "Parish or region", c.parish],
    ["postal_code", "Postcode", c.postal_code],
    ["country", "Country", c.country],
    ["website", "Web site", siteLink(c.website)],
    ["date_of_birth", "Date of birth", words.date(c.date_of_birth)],
    ["job_title", "Occupation", c.job_title],
    ["industry", "Line of business", c.industry],
    ["customer_since", "Customer since", words.date(c.customer_since)],
  ];
  const filled = lines.filter(([, , value]) => value !== null && value !== "");
  return html`<section>
    <h2>Profile</h2>
    <dl class="profile">
      ${filled.map(
        ([field, label, value]) =>
          html`<div>
            <dt>${label}</dt>
            <dd>${value} ${provenance(detail.fields.get(field))}</dd>
          </div>`,
      )}
    </dl>
    <p class="quiet">
      ${percent(c.profile_completeness)} of the main fields are filled. Surely one customer:
      ${percent(c.identity_confidence)}.
    </p>
  </section>`;
}

function provenance(source: FieldSource | undefined): Html | string {
  if (source === undefined) return "";
  return html`<span class="provenance" title="${keyInWords(source.source_key)}">
    from ${keySource(source.source_key)}: ${codeInWords(source.rule).toLowerCase()}
  </span>`;
}

function contactSection(contacts: readonly ContactPoint[]): Html | string {
  if (contacts.length === 0) return "";
  return html`<section>
    ${table(
      "Contact points",
      [{ label: "Address or number" }, { label: "Kind" }, { label: "Known from" }],
      contacts.map((contact) => [
        contactLink(contact),
        contact.kind === "email" ? "E-mail" : codeInWords(contact.kind),
        `${keySource(contact.source_key)}, ${plural(contact.records, "record")}`,
      ]),
    )}
  </section>`;
}

function contactLink(contact: ContactPoint): Html | string {
  if (contact.kind === "phone") return phoneLink(contact.value);
  if (contact.kind === "email") return mailLink(contact.value);
  return contact.kind === "website" ? siteLink(contact.value) : contact.value;
}

function relatedSection(related: readonly RelatedCustomer[]): Html | string {
  if (related.length === 0) return "";
  return html`<section>
    <h2>Relations</h2>
    <ul class="rows">
      ${related.map(
        (other) =>
          html`<li class="row">
            <div>
              <p>
                <strong>${customerLink(other.customer_id, other.display_name)}</strong> ${codeInWords(other.relation)}
              </p>
              <p class="quiet">${other.evidence}; probability ${percent(other.probability)}</p>
            </div>
          </li>`,
      )}
    </ul>
  </section>`;
}

function timelineSection(detail: CustomerDetail, words: Words): Html {
  const path = `/customers/${encodeURIComponent(detail.customer.customer_id)}`;
  const { number, more } = detail.timelinePage;
  return html`<section id="timeline">
    <h2>Timeline</h2>
    ${
      detail.timeline.length === 0
        ? html`<p class="quiet">Nothing here.</p>`
        : table(
            "Newest first",
            [
              { label: "When" },
              { label: "What" },
              { label: "Amount", number: true },
              { label: "Detail" },
              { label: "Source" },
            ],
            detail.timeline.map((entry) => [
              html`<span class="nowrap">${words.time(entry.at)}</span>`,
              html`${codeInWords(entry.kind)}${entry.number === null ? "" : ` ${entry.number}`}
              ${entry.voided ? badge("warn", "!", "voided") : ""}`,
              entry.amount === null || entry.currency === null
                ? ""
                : html`<span class="nowrap">${words.money(entry.amount, entry.currency)}</span>`,
              [entry.text, entry.outcome].filter((part) => part !== null && part !== "").join(" · "),
              sourceInWords(entry.source),
            ]),
          )
    }
    ${pager(
      number > 1 ? `${withQuery(path, { page: number - 1 })}#timeline` : null,
      more ? `${withQuery(path, { page: number + 1 })}#timeline` : null,
    )}
  </section>`;
}

function recordSection(detail: CustomerDetail): Html {
  return html`<section>
    <h2>Put together from ${plural(detail.customer.record_count, "record")}</h2>
    ${table(
      "Source records",
      [{ label: "Name there" }, { label: "Source" }, { label: "Account" }, { label: "Id" }, { label: "File" }],
      detail.records.map((record) => [
        record.display_name ?? "no longer there",
        `${sourceInWords(record.source)}, ${record.stream}`,
        record.account,
        record.source_id,
        record.file ?? "",
      ]),
    )}
  </section>`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}
