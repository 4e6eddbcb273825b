import { html } from "hono/html";

/** A piece of page; every value put into one is escaped. */
export type Html = ReturnType<typeof html>;

/** The places of the navigation. */
export type Place = "home" | "review" | "decisions" | "customers" | "leads" | "runs" | "quarantine" | "none";

/** What stands around every page. */
export interface PageFrame {
  readonly title: string;
  readonly current: Place;
  readonly workspaceName: string;
  /** Null when nobody is signed in: then there is no navigation. */
  readonly csrf: string | null;
  /** Said once, to eyes and to screen readers. */
  readonly said: string | null;
  readonly search?: string;
  readonly body: Html;
}

const PLACES: readonly (readonly [Place, string, string])[] = [
  ["home", "/", "Home"],
  ["review", "/review", "Review"],
  ["customers", "/customers", "Customers"],
  ["leads", "/leads", "Leads"],
  ["runs", "/runs", "Runs"],
  ["quarantine", "/quarantine", "Quarantine"],
  ["decisions", "/decisions", "Decisions"],
];

/** A whole page. */
export function layout(frame: PageFrame): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="csrf-token" content="${frame.csrf ?? ""}" />
        <title>${frame.title} · ${frame.workspaceName}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/assets/console.css" />
        <script src="/assets/console.js" defer></script>
      </head>
      <body>
        <a class="skip-link" href="#main">Skip to content</a>
        ${frame.csrf === null ? html`<header><span class="firm">${frame.workspaceName}</span></header>` : header(frame)}
        <p id="said" class="said" role="status" aria-live="polite">${frame.said ?? ""}</p>
        <main id="main" tabindex="-1">${frame.body}</main>
      </body>
    </html>`;
}

/** The hidden token of every form that changes something. */
export function csrfField(csrf: string): Html {
  return html`<input type="hidden" name="_csrf" value="${csrf}" />`;
}

function header(frame: PageFrame): Html {
  return html`<header>
    <a class="firm" href="/">${frame.workspaceName}</a>
    <nav aria-label="Main">
      <ul>
        ${PLACES.map(
          ([place, href, label]) =>
            html`<li>
              ${
                place === frame.current
                  ? html`<a href="${href}" aria-current="page">${label}</a>`
                  : html`<a href="${href}">${label}</a>`
              }
            </li>`,
        )}
      </ul>
    </nav>
    <form class="search" role="search" action="/customers" method="get">
      <label class="hidden" for="q">Search customers</label>
      <input
        id="q"
        name="q"
        type="search"
        value="${frame.search ?? ""}"
        placeholder="Customers ( / )"
        autocomplete="off"
      />
      <button>Search</button>
    </form>
  </header>`;
}
