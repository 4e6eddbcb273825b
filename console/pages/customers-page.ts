import { html } from "hono/html";
import type { FoundCustomer } from "../queries/search.ts";
import type { Words } from "../words.ts";
import { count, plural } from "../words.ts";
import type { Html } from "./layout.ts";
import { customerLink, mailLink, phoneLink, table } from "./parts.ts";

/** Results of a search, or the largest customers. */
export function customersPage(input: {
  readonly query: string;
  readonly found: readonly FoundCustomer[];
  readonly limit: number;
  readonly words: Words;
}): Html {
  const { found, query, words } = input;
  const caption = query === "" ? "The largest customers" : `Customers like “${query}”, best match first`;
  return html`<h1>Customers</h1>
    ${
      found.length === 0
        ? html`<p class="card">
            ${query === "" ? "No customer is published yet." : `Nobody found for “${query}”.`} Names may be misspelt a
            little; phone numbers, e-mail addresses and ids of the sources work as well.
          </p>`
        : table(
            caption,
            [
              { label: "Name" },
              { label: "Phone" },
              { label: "E-mail" },
              { label: "Place" },
              { label: "Sales", number: true },
              { label: "Last purchase" },
              { label: "Records", number: true },
            ],
            found.map((row) => [
              customerLink(row.customer_id, row.display_name),
              phoneLink(row.phone),
              mailLink(row.email),
              [row.city, row.parish].filter((part) => part !== null && part !== "").join(", "),
              html`<span class="nowrap">${words.money(row.total_sales, row.home_currency)}</span>`,
              html`<span class="nowrap">${words.date(row.last_purchase)}</span>`,
              count(row.record_count),
            ]),
          )
    }
    ${
      found.length < input.limit
        ? ""
        : html`<p class="quiet">The first ${plural(input.limit, "customer")} are shown; a longer text finds fewer.</p>`
    }`;
}
