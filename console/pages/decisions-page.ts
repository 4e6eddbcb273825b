import { html } from "hono/html";
import { supersededId } from "../queries/decisions.ts";
import type { DecisionRow } from "../queries/decisions.ts";
import { keyInWords } from "../words.ts";
import type { Words } from "../words.ts";
import { csrfField } from "./layout.ts";
import type { Html } from "./layout.ts";
import { badge, pager, withQuery } from "./parts.ts";

/** The history of answers, each with its undo button. */
export function decisionsPage(input: {
  readonly rows: readonly DecisionRow[];
  readonly older: number | null;
  readonly first: boolean;
  readonly csrf: string;
  readonly words: Words;
}): Html {
  return html`<h1>Decisions</h1>
    <p class="quiet">
      Every answer binds all later runs until it is undone. Undoing reopens the question; nothing is ever erased here.
    </p>
    ${input.rows.length === 0 ? html`<p class="card">No decision yet. <a href="/review">Go to the questions</a></p>` : ""}
    <ul class="rows">
      ${input.rows.map((row) => decisionItem(row, input))}
    </ul>
    ${pager(input.first ? null : "/decisions", input.older === null ? null : withQuery("/decisions", { before: input.older }))}`;
}

function decisionItem(row: DecisionRow, input: { readonly csrf: string; readonly words: Words }): Html {
  const undone = row.undone_at !== null;
  return html`<li class="row ${undone ? "undone" : ""}">
    <div>
      <p>
        ${row.decision === "must_link" ? badge("good", "⇄", "Merged") : badge("plain", "≠", "Kept apart")}
        <strong>${row.left_name ?? keyInWords(row.left_key)}</strong> and
        <strong>${row.right_name ?? keyInWords(row.right_key)}</strong>
      </p>
      <p class="quiet">
        ${keyInWords(row.left_key)} and ${keyInWords(row.right_key)}. By ${row.steward},
        ${input.words.time(row.decided_at)}${row.note === "" ? "" : `. ${row.note}`}
      </p>
      ${undone ? html`<p>${badge("warn", "↶", undoneInWords(row, input.words))}</p>` : ""}
    </div>
    ${
      undone
        ? ""
        : html`<form method="post" action="/decisions/${row.id}/undo">
            ${csrfField(input.csrf)}
            <button aria-label="Undo: ${row.left_name ?? row.left_key} and ${row.right_name ?? row.right_key}">
              Undo
            </button>
          </form>`
    }
  </li>`;
}

function undoneInWords(row: DecisionRow, words: Words): string {
  const newer = supersededId(row.undone_by);
  const when = words.time(row.undone_at);
  return newer === null ? `Undone by ${row.undone_by ?? "somebody"}, ${when}` : `Replaced by a later answer, ${when}`;
}
