/** What one scaffold writes: whole files, and lines put before a known line of a registry. */
export interface Scaffold {
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly registrations: readonly { readonly path: string; readonly before: string; readonly text: string }[];
}

/** Scaffolds by kind. A name is kebab-case; a stream is named `connector/stream`. */
export const SCAFFOLDS: Readonly<Record<string, (name: string) => Scaffold>> = {
  connector,
  stream,
  mart,
  model,
  comparison,
  command,
};

function connector(name: string): Scaffold {
  const id = camel(name);
  return {
    files: [
      {
        path: `connectors/${name}/index.ts`,
        text: `import { z } from "zod";
import type { ConnectorContext, ConnectorSession } from "#core";
import { checked, checkpoint, defineConnector, endpoint, hostsOf, observed, readStreams, schemaRejected, upsert } from "../define.ts";
import type { StreamReader } from "../define.ts";
import { createHttpClient } from "../http.ts";

const settings = z.strictObject({ base_url: z.string(), api_key: z.string() });

/** What the vendor sends of one contact; unknown keys stay in the raw record. */
const contact = z.looseObject({ id: z.string(), name: z.string().nullish(), email: z.string().nullish() });
const page = z.looseObject({ contacts: z.array(z.unknown()), next: z.string().nullish() });

/** ${title(name)}: contacts by page. */
export const ${id} = defineConnector({
  name: "${name}",
  title: "${title(name)}",
  version: 1,
  mappingVersion: 1,
  settings,
  secretSettings: ["api_key"],
  open: (given, context) => Promise.resolve(openSession(given, context)),
  map: (raw) => {
    const found = contact.safeParse(raw);
    if (!found.success) return schemaRejected(found.error);
    const { name: called, email } = found.data;
    return [{ kind: "customer", ...(called ? { name: called } : {}), ...(email ? { emails: [email] } : {}) }];
  },
});

function openSession(given: z.infer<typeof settings>, context: ConnectorContext): ConnectorSession {
  const http = createHttpClient({ context, hosts: hostsOf(given.base_url), vendor: "${title(name)}", secrets: [given.api_key] });
  const get = async (path: string): Promise<unknown> =>
    (await http.get(endpoint(given.base_url, path), { headers: { authorization: \`Bearer \${given.api_key}\` } })).json();
  async function* readContacts(stream: string): StreamReader {
    for (let path: string | null = "/contacts"; path !== null;) {
      const answer = page.parse(await get(path));
      for (const raw of answer.contacts) {
        yield upsert(stream, contact.parse(raw).id, raw, { observedAt: observed(context.clock) });
      }
      path = answer.next ?? null;
    }
    yield checkpoint(stream, { v: 1 });
    return { snapshot: true };
  }
  return {
    account: new URL(given.base_url).host,
    check: () => checked(http, context.signal, async () => {
      await get("/contacts");
      return { status: "ok", accountName: new URL(given.base_url).host, detected: {} };
    }),
    discover: () => Promise.resolve([{ name: "contacts", title: "Contacts", mode: "snapshot", deletes: "sweep", cursorField: null, schemaHash: "1", columns: [], sample: [] }]),
    read: (plans) => readStreams(plans, { context, http }, (plan) => readContacts(plan.stream)),
    close: () => http.close(),
  };
}
`,
      },
      {
        path: `tests/connectors/${name}.test.ts`,
        text: `import { describe, expect, it } from "vitest";
import { findConnector } from "#connectors";

describe("the ${title(name)} connector", () => {
  it("maps a contact and rejects what has no id", () => {
    const connector = findConnector("${name}");
    const context = { account: "a", stream: "contacts", sourceId: "1", key: "k", homeCurrency: "JMD", observedAt: "2026-01-01T00:00:00Z" };
    expect(connector?.map({ id: "1", name: "Ann Reid" }, context)).toEqual([{ kind: "customer", name: "Ann Reid" }]);
    expect(connector?.map({ name: "Ann Reid" }, context)).toMatchObject({ rejected: "schema_invalid" });
  });
});
`,
      },
    ],
    registrations: [
      {
        path: "connectors/registry.ts",
        before: "// imports end",
        text: `import { ${id} } from "./${name}/index.ts";\n`,
      },
      { path: "connectors/registry.ts", before: "  // connectors end", text: `  ${id},\n` },
    ],
  };
}

function stream(name: string): Scaffold {
  const [owner = "", what = ""] = name.split("/");
  const id = camel(what);
  return {
    files: [
      {
        path: `connectors/${owner}/${what}.ts`,
        text: `import { z } from "zod";
import type { MapResult } from "#core";
import { schemaRejected } from "../define.ts";

/** What the vendor sends of one ${title(what)}; unknown keys stay in the raw record. */
export const ${id}Schema = z.looseObject({ id: z.string(), name: z.string() });

/** Turns one ${title(what)} into our words. */
export function map${pascal(what)}(raw: unknown): MapResult {
  const found = ${id}Schema.safeParse(raw);
  return found.success ? [{ kind: "customer", name: found.data.name }] : schemaRejected(found.error);
}
`,
      },
      {
        path: `tests/connectors/${owner}-${what}.test.ts`,
        text: `import { expect, it } from "vitest";
import { map${pascal(what)} } from "../../connectors/${owner}/${what}.ts";

it("maps a ${title(what)} and rejects what has no name", () => {
  expect(map${pascal(what)}({ id: "1", name: "Ann Reid" })).toEqual([{ kind: "customer", name: "Ann Reid" }]);
  expect(map${pascal(what)}({ id: "1" })).toMatchObject({ rejected: "schema_invalid", field: "name" });
});
`,
      },
    ],
    registrations: [],
  };
}

function mart(name: string): Scaffold {
  const table = name.replaceAll("-", "_");
  return {
    files: [
      {
        path: `warehouse/marts/${name}.sql`,
        text: `-- grain: one row for each customer. kind: full. depends on: build.customers.
insert into build.${table} (customer_id)
select c.customer_id from build.customers c;
`,
      },
      {
        path: `tests/warehouse/${name}.test.ts`,
        text: `import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

it("builds ${table} from candidates only", () => {
  const sql = readFileSync(new URL("../../warehouse/marts/${name}.sql", import.meta.url), "utf8");
  expect(sql).toContain("insert into build.${table}");
  expect(sql).not.toMatch(/customer_360\\./);
});
`,
      },
    ],
    registrations: [],
  };
}

function model(name: string): Scaffold {
  return {
    files: [
      {
        path: `models/${name}.ts`,
        text: `/** ${title(name)}: chance (0 to 1) by days since the last purchase, halved every \`halfLife\` days. */
export function ${camel(name)}(recencyDays: number, halfLife: number): number {
  return 0.5 ** (Math.max(0, recencyDays) / halfLife);
}
`,
      },
      {
        path: `tests/models/${name}.test.ts`,
        text: `import { expect, it } from "vitest";
import { ${camel(name)} } from "../../models/${name}.ts";

it("halves with each half-life", () => {
  expect(${camel(name)}(0, 30)).toBe(1);
  expect(${camel(name)}(60, 30)).toBeCloseTo(0.25, 12);
});
`,
      },
    ],
    registrations: [],
  };
}

function comparison(name: string): Scaffold {
  return {
    files: [
      {
        path: `identity/comparisons/${name}.ts`,
        text: `/** Levels of agreement of two values, best first. */
export type ${pascal(name)}Level = "exact" | "different" | "missing";

/** How far two values agree. Symmetric: the order of the two does not matter. */
export function compare${pascal(name)}(left: string | null, right: string | null): ${pascal(name)}Level {
  if (left === null || right === null) return "missing";
  return left === right ? "exact" : "different";
}
`,
      },
      {
        path: `tests/identity/${name}.test.ts`,
        text: `import fc from "fast-check";
import { expect, it } from "vitest";
import { compare${pascal(name)} } from "../../identity/comparisons/${name}.ts";

it("does not depend on the order of the two", () => {
  fc.assert(fc.property(fc.option(fc.string()), fc.option(fc.string()), (a, b) => {
    expect(compare${pascal(name)}(a, b)).toBe(compare${pascal(name)}(b, a));
  }));
});
`,
      },
    ],
    registrations: [],
  };
}

function command(name: string): Scaffold {
  return {
    files: [
      {
        path: `jobs/commands/${name}.ts`,
        text: `import type { CommandInput } from "../command-list.ts";
import { openWorkspace } from "../workspace.ts";

/** \`c360 ${name}\`. */
export async function run(input: CommandInput): Promise<number> {
  const workspace = await openWorkspace(input);
  workspace.out.line(workspace.config.name);
  workspace.out.result({ name: workspace.config.name });
  return 0;
}
`,
      },
      {
        path: `tests/jobs/${name}.test.ts`,
        text: `import { expect, it } from "vitest";
import { c360, withWorkspace } from "../support/c360.ts";

it("answers in a workspace", async () => {
  await withWorkspace(async (dir) => {
    await c360(["init", "--name", "Shop", "--workspace", dir]);
    expect((await c360(["${name}", "--workspace", dir, "--json"])).json()).toEqual({ name: "Shop" });
  });
});
`,
      },
    ],
    registrations: [
      {
        path: "jobs/command-list.ts",
        before: "  // commands end",
        text: `  {
    name: "${name}",
    summary: "say what ${name} does",
    examples: ["c360 ${name}"],
    load: () => import("./commands/${name}.ts"),
  },
`,
      },
    ],
  };
}

function pascal(name: string): string {
  return name
    .split("-")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}

function camel(name: string): string {
  const made = pascal(name);
  return made.charAt(0).toLowerCase() + made.slice(1);
}

function title(name: string): string {
  const text = name.replaceAll("-", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
