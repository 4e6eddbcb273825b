import { html } from "hono/html";
import { layout } from "./layout.ts";
import type { Html } from "./layout.ts";

/** What went wrong, what is safe, what to do next. */
export function errorPage(input: {
  readonly workspaceName: string;
  readonly csrf: string | null;
  readonly error: { readonly code: string; readonly message: string; readonly hint: string };
  /** Where the person wanted to go. */
  readonly path: string;
}): Html {
  const { error } = input;
  const signIn = error.code === "CONSOLE_SIGN_IN";
  const title = signIn ? "Please sign in" : "That did not work";
  return layout({
    title,
    current: "none",
    workspaceName: input.workspaceName,
    csrf: input.csrf,
    said: null,
    body: html`<section class="card narrow">
      <h1>${title}</h1>
      <p>${error.message}</p>
      <p>${error.hint}</p>
      ${
        signIn
          ? html`<p>Followed a fresh link a moment ago? <a href="${input.path}">Go on</a></p>`
          : html`<p><a href="/">Start page</a></p>`
      }
      <p class="quiet">Code: ${error.code}</p>
    </section>`,
  });
}
