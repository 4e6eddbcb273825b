import { html } from "hono/html";
import type { Html } from "./layout.ts";
import { phoneInWords, safeHref, telHref } from "../words.ts";

/** A sign with a word: state is never told by colour alone. */
export function badge(tone: "good" | "warn" | "bad" | "plain", sign: string, word: string): Html {
  return html`<span class="badge ${tone}"><span aria-hidden="true">${sign}</span> ${word}</span>`;
}

/** A table that scrolls on its own where the screen is narrow; the first cell of each row is its heading. */
export function table(caption: string, heads: readonly TableHead[], rows: readonly (readonly unknown[])[]): Html {
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${heads.map((head) => html`<th scope="col" class="${head.number === true ? "number" : ""}">${head.label}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((cell, at) =>
                at === 0
                  ? html`<th scope="row" class="${heads[at]?.number === true ? "number" : ""}">${cell}</th>`
                  : bodyCell(heads[at], cell),
              )}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** On a narrow screen each cell stands on a line of its own behind its column's name; an empty one takes none. */
function bodyCell(head: TableHead | undefined, cell: unknown): Html {
  const looks = `${head?.number === true ? "number" : ""} ${cell === "" ? "none" : ""}`.trim();
  return html`<td class="${looks}" data-label="${head?.label ?? ""}">${cell}</td>`;
}

/** Head of a column; numbers stand to the right. */
export interface TableHead {
  readonly label: string;
  readonly number?: boolean;
}

/** A telephone number that a phone can dial. */
export function phoneLink(phone: string | null): Html | string {
  if (phone === null) return "";
  const href = telHref(phone);
  return href === null ? phone : html`<a class="nowrap" href="${href}">${phoneInWords(phone)}</a>`;
}

/** A link to a web site, or its plain text where the address is none that a browser should follow. */
export function siteLink(website: string | null): Html | string {
  if (website === null) return "";
  const href = safeHref(website);
  return href === null
    ? website
    : html`<a href="${href}" rel="noopener noreferrer nofollow" target="_blank">${website}</a>`;
}

/** A link to an e-mail address, or its text where it is none. */
export function mailLink(email: string | null): Html | string {
  if (email === null) return "";
  return /^[^\s@<>"?&]+@[^\s@<>"?&]+$/.test(email) ? html`<a href="mailto:${email}">${email}</a>` : email;
}

/** A link to a customer's page. */
export function customerLink(customerId: string, text: string): Html {
  return html`<a href="/customers/${encodeURIComponent(customerId)}">${text}</a>`;
}

/** Links to newer and older pages. */
export function pager(newer: string | null, older: string | null): Html | string {
  if (newer === null && older === null) return "";
  return html`<nav class="pager" aria-label="Pages">
    ${newer === null ? "" : html`<a rel="prev" href="${newer}">← Back</a>`}
    ${older === null ? "" : html`<a rel="next" href="${older}">More →</a>`}
  </nav>`;
}

/** A path with a query; null values are left out. */
export function withQuery(path: string, query: Readonly<Record<string, string | number | null>>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== null) params.set(name, String(value));
  const text = params.toString();
  return text === "" ? path : `${path}?${text}`;
}
