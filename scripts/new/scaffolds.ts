import { readFileSync } from "node:fs";

/** What one scaffold writes: whole files, and text put before a known text of a registry. */
export interface Scaffold {
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly registrations: readonly { readonly path: string; readonly before: string; readonly text: string }[];
}

/** Where each kind's file, test and registry lines go. `{{words}}` are forms of the name. */
interface Kind {
  readonly file: string;
  readonly test: string;
  readonly registrations?: Scaffold["registrations"];
}

const KINDS: Readonly<Record<string, Kind>> = {
  connector: {
    file: "connectors/{{name}}/index.ts",
    test: "tests/contract/{{name}}.test.ts",
    registrations: [
      {
        path: "connectors/index.ts",
        before: 'import { social } from "./social/index.ts";',
        text: 'import { {{camel}} } from "./{{name}}/index.ts";\n',
      },
      { path: "connectors/index.ts", before: "campaigns].map(", text: "{{camel}}, " },
    ],
  },
  stream: { file: "connectors/{{owner}}/{{name}}.ts", test: "tests/connectors/{{owner}}-{{name}}.test.ts" },
  mart: { file: "warehouse/marts/{{name}}.sql", test: "tests/warehouse/{{name}}.test.ts" },
  model: { file: "models/{{name}}.ts", test: "tests/models/{{name}}.test.ts" },
  comparison: { file: "identity/comparisons/{{name}}.ts", test: "tests/identity/{{name}}.test.ts" },
  command: {
    file: "jobs/commands/{{name}}.ts",
    test: "tests/jobs/{{name}}.test.ts",
    registrations: [
      {
        path: "jobs/command-lists/workspace.ts",
        before: "  // workspace commands end",
        text: `  {
    name: "{{name}}",
    summary: "say what {{name}} does",
    examples: ["c360 {{name}}"],
    load: () => import("../commands/{{name}}.ts"),
  },
`,
      },
    ],
  },
};

/** Kinds of things that can be scaffolded. */
export const SCAFFOLD_KINDS: readonly string[] = Object.keys(KINDS);

/** What to write for a new thing, or null for an unknown kind. A name is kebab-case; a stream is `connector/stream`. */
export function scaffold(kind: string, fullName: string): Scaffold | null {
  const found = KINDS[kind];
  if (found === undefined) return null;
  const words = wordsOf(fullName);
  const fill = (text: string): string => text.replace(/\{\{(\w+)\}\}/g, (whole, word: string) => words[word] ?? whole);
  const template = (name: string): string =>
    fill(readFileSync(new URL(`./templates/${name}.txt`, import.meta.url), "utf8"));
  return {
    files: [
      { path: fill(found.file), text: template(kind) },
      { path: fill(found.test), text: template(`${kind}.test`) },
    ],
    registrations: (found.registrations ?? []).map((one) => ({ ...one, text: fill(one.text) })),
  };
}

function wordsOf(fullName: string): Readonly<Record<string, string>> {
  const [owner, name] = fullName.includes("/") ? fullName.split("/") : ["", fullName];
  const parts = (name ?? "").split("-");
  const pascal = parts.map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join("");
  const title = parts.join(" ");
  return {
    owner: owner ?? "",
    name: name ?? "",
    Pascal: pascal,
    camel: pascal.charAt(0).toLowerCase() + pascal.slice(1),
    snake: parts.join("_"),
    title,
    Title: title.charAt(0).toUpperCase() + title.slice(1),
  };
}
