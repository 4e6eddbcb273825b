import type { SqlClient } from "#core";
import { columnsOf } from "./published-tables.ts";
import type { TableColumn } from "./published-tables.ts";

/** One table or view of the data dictionary. */
export interface DictionaryTable {
  readonly name: string;
  readonly comment: string | null;
  readonly key: readonly string[];
  readonly columns: readonly TableColumn[];
}

/** Tables outside `customer_360` that people may read. */
const ALSO = [
  "identity.crosswalk",
  "identity.customer_ids",
  "ops.latest_publication",
  "ops.runs",
  "ops.source_balance",
  "ops.freshness",
  "ops.audit_results",
  "ops.publications",
];

/** Reads the dictionary out of the SQL comments: every table and view of `customer_360`, and the public ones elsewhere. */
export async function readDictionary(client: SqlClient): Promise<readonly DictionaryTable[]> {
  const { rows } = await client.query<{ name: string; comment: string | null; key: readonly string[] }>(
    `select n.nspname || '.' || c.relname as name, obj_description(c.oid, 'pg_class') as comment,
            coalesce((select array_agg(a.attname::text order by array_position(i.indkey::int2[], a.attnum))
                        from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey)
                       where i.indrelid = c.oid and i.indisprimary), '{}') as key
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'v', 'm', 'p')
        and (n.nspname = 'customer_360' or n.nspname || '.' || c.relname = any ($1))
      order by n.nspname <> 'customer_360', n.nspname, c.relname`,
    [ALSO],
  );
  const tables: DictionaryTable[] = [];
  for (const row of rows) tables.push({ ...row, columns: await columnsOf(client, row.name) });
  return tables;
}

/** The data dictionary as Markdown and as one HTML page. */
export async function dataDictionary(client: SqlClient): Promise<{ readonly markdown: string; readonly html: string }> {
  const tables = await readDictionary(client);
  return { markdown: dictionaryMarkdown(tables), html: dictionaryHtml(tables) };
}

/** The dictionary as Markdown. */
export function dictionaryMarkdown(tables: readonly DictionaryTable[]): string {
  const parts = tables.map((table) => {
    const rows = table.columns.map(
      (column) =>
        `| ${cell(column.name)}${table.key.includes(column.name) ? " (key)" : ""} | ${cell(column.type)} | ${
          column.nullable ? "yes" : "no"
        } | ${cell(column.comment ?? "")} |`,
    );
    return [
      `## ${table.name}`,
      "",
      table.comment ?? "",
      "",
      "| column | type | may be empty | meaning |",
      "|---|---|---|---|",
      ...rows,
      "",
    ].join("\n");
  });
  return `# Data dictionary\n\n${parts.join("\n")}`;
}

/** The dictionary as one HTML page without scripts. */
export function dictionaryHtml(tables: readonly DictionaryTable[]): string {
  const index = tables.map((table) => `<li><a href="#${escape(table.name)}">${escape(table.name)}</a></li>`).join("\n");
  const sections = tables.map((table) => {
    const rows = table.columns.map(
      (column) =>
        `<tr><td><code>${escape(column.name)}</code>${table.key.includes(column.name) ? " <small>key</small>" : ""}</td>` +
        `<td>${escape(column.type)}</td><td>${column.nullable ? "yes" : "no"}</td><td>${escape(column.comment ?? "")}</td></tr>`,
    );
    return `<section id="${escape(table.name)}">
<h2>${escape(table.name)}</h2>
<p>${escape(table.comment ?? "")}</p>
<table>
<thead><tr><th scope="col">Column</th><th scope="col">Type</th><th scope="col">May be empty</th><th scope="col">Meaning</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>
</section>`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Data dictionary</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Data dictionary</h1>
<nav aria-label="Tables"><ul>
${index}
</ul></nav>
${sections.join("\n")}
</body>
</html>
`;
}

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; }
nav ul { columns: 3 16rem; padding-left: 1.2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid #ddd; }
code { font: .9em ui-monospace, monospace; }
small { color: #555; }
@media (prefers-color-scheme: dark) { body { background: #15171a; color: #e8e8e8; } th, td { border-color: #33373d; } a { color: #8ab4f8; } small { color: #aaa; } }
`;

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
