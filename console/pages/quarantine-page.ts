import { html } from "hono/html";
import type { QuarantineCount, QuarantineFilter, QuarantineRow } from "#warehouse";
import { codeInWords, count, reasonInWords, sourceInWords } from "../words.ts";
import type { Words } from "../words.ts";
import type { Html } from "./layout.ts";
import { badge, pager, table, withQuery } from "./parts.ts";

/** How much of a raw record is shown; the whole is in the database and in `c360 quarantine show`. */
const RAW_CHARACTERS = 4000;

/** Records that wait for mending, with the reason. */
export function quarantinePage(input: {
  readonly counts: readonly QuarantineCount[];
  readonly rows: readonly QuarantineRow[];
  readonly choice: QuarantineFilter;
  readonly older: number | null;
  readonly words: Words;
}): Html {
  const { choice } = input;
  const here = { run: choice.runId, source: choice.source, reason: choice.reason };
  const filtered = choice.runId !== null || choice.source !== null || choice.reason !== null;
  return html`<h1>Quarantine</h1>
    <p class="quiet">
      Records that could not be used. They are kept whole; mend them in their source, or with
      <code>c360 quarantine</code>, and the next run takes them in.
    </p>
    ${filtered ? html`<p>Shown: ${choiceInWords(choice)}. <a href="/quarantine">Show all</a></p>` : ""}
    ${
      input.counts.length === 0
        ? html`<p class="card">${badge("good", "✓", "No record is kept out.")}</p>`
        : html`${quarantineCountTable(input.counts, choice.runId)} ${quarantineList(input.rows, input.words)}`
    }
    ${pager(
      choice.before === null ? null : withQuery("/quarantine", here),
      input.older === null ? null : withQuery("/quarantine", { ...here, before: input.older }),
    )}`;
}

/** Counts by source, stream and reason; each leads to its rows. */
export function quarantineCountTable(counts: readonly QuarantineCount[], runId: string | null): Html {
  return table(
    "Kept out, by reason",
    [{ label: "Reason" }, { label: "Source" }, { label: "Records", number: true }],
    counts.map((row) => [
      html`<a href="${withQuery("/quarantine", { run: runId, source: row.source, reason: row.reason })}"
        >${reasonInWords(row.reason)}</a
      >`,
      `${sourceInWords(row.source)}, ${row.stream}`,
      count(row.records),
    ]),
  );
}

/** The rows themselves, with place and raw content. */
export function quarantineList(rows: readonly QuarantineRow[], words: Words): Html {
  return html`<ul class="rows">
    ${rows.map(
      (row) =>
        html`<li class="row">
          <div>
            <p><strong>${reasonInWords(row.reason)}</strong></p>
            <p>
              ${row.detail}${row.field === null ? "" : html` <span class="quiet">Field: ${codeInWords(row.field)}</span>`}
            </p>
            <p class="quiet">${place(row)}, first seen ${words.time(row.first_seen_at)}</p>
            ${
              row.raw === null
                ? ""
                : html`<details>
                    <summary>The record as it came</summary>
                    <pre tabindex="0">${JSON.stringify(row.raw, null, 2).slice(0, RAW_CHARACTERS)}</pre>
                  </details>`
            }
          </div>
          <span class="quiet nowrap">no. ${row.id}</span>
        </li>`,
    )}
  </ul>`;
}

function place(row: QuarantineRow): string {
  const parts = [sourceInWords(row.source), row.stream];
  if (row.file !== null) parts.push(`file ${row.file}`);
  if (row.sheet !== null) parts.push(`sheet ${row.sheet}`);
  parts.push(row.row_number === null ? `record ${row.source_id}` : `row ${row.row_number}`);
  return parts.join(", ");
}

function choiceInWords(choice: QuarantineFilter): string {
  const parts: string[] = [];
  if (choice.source !== null) parts.push(sourceInWords(choice.source));
  if (choice.reason !== null) parts.push(reasonInWords(choice.reason).replace(/\.$/, ""));
  if (choice.runId !== null) parts.push("one run");
  return parts.join(", ");
}
