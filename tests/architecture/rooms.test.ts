import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  connectors: ["core"],
  identity: ["core"],
  models: ["core"],
  warehouse: ["core"],
  pipelines: ["identity", "core"],
  console: ["identity", "warehouse", "core"],
  jobs: ["connectors", "identity", "models", "warehouse", "pipelines", "console", "core"],
  examples: [],
};

function sources(dir: string): string[] {
  return readdirSync(join(ROOT, dir), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(dir, file));
}

function imports(file: string): string[] {
  const text = readFileSync(join(ROOT, file), "utf8");
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1] ?? "");
}

/** The project file that an import names, or null for packages. */
function target(file: string, name: string): string | null {
  if (name.startsWith("#")) return `${name.slice(1)}/index.ts`;
  if (name.startsWith(".")) return relative(ROOT, resolve(ROOT, dirname(file), name));
  return null;
}

describe("the rooms of the house", () => {
  const files = Object.keys(MAY_IMPORT).flatMap(sources);

  it("import only what lies below them, and only through the door", () => {
    const wrong = files.flatMap((file) => {
      const room = file.split("/")[0] ?? "";
      return imports(file).flatMap((name) => {
        const to = target(file, name);
        const toRoom = to?.split("/")[0] ?? room;
        if (to === null || toRoom === room || !(toRoom in MAY_IMPORT)) return [];
        const allowed = MAY_IMPORT[room]?.includes(toRoom) === true && name.startsWith("#");
        return allowed ? [] : [`${file} imports ${name}`];
      });
    });
    expect(wrong).toEqual([]);
  });

  it("have no import cycle", () => {
    const graph = new Map(files.map((file) => [file, imports(file).flatMap((name) => target(file, name) ?? [])]));
    const state = new Map<string, "open" | "done">();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (state.get(file) === "done" || !graph.has(file)) return;
      if (state.get(file) === "open") {
        cycles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
        return;
      }
      state.set(file, "open");
      for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
      state.set(file, "done");
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });

  it("keep every source file under 400 lines", () => {
    const long = files.filter((file) => readFileSync(join(ROOT, file), "utf8").split("\n").length > 401);
    expect(long).toEqual([]);
  });

  it("have one door each with explicit exports", () => {
    for (const room of Object.keys(MAY_IMPORT).filter((name) => name !== "examples")) {
      const door = join(ROOT, room, "index.ts");
      expect(statSync(door).isFile()).toBe(true);
      expect(readFileSync(door, "utf8")).not.toMatch(/export \*/);
    }
  });

  it("keep core to contracts in at most fifteen files", () => {
    expect(sources("core").length).toBeLessThanOrEqual(15);
  });

  it("draw time and chance only from the injected clock and seeded sources", () => {
    const free = files
      .filter((file) => !file.startsWith("examples/") && file !== "core/clock.ts")
      .filter((file) => /\bDate\.now\(\)|\bMath\.random\(\)|new Date\(\)/.test(readFileSync(join(ROOT, file), "utf8")));
    expect(free).toEqual([]);
  });
});

describe("the architecture page", () => {
  it("names files and folders that exist", () => {
    const text = readFileSync(join(ROOT, "docs/architecture.md"), "utf8");
    const walk = text.slice(text.indexOf("## One record's walk"), text.indexOf("## Where things are in a workspace"));
    const named = [
      ...walk.matchAll(
        /`((?:core|connectors|identity|models|warehouse|pipelines|console|jobs|packs|examples|tests)\/[\w./-]*)`/g,
      ),
    ];
    expect(named.length).toBeGreaterThan(10);
    for (const [, path = ""] of named)
      expect(statSync(join(ROOT, path), { throwIfNoEntry: false }), path).toBeDefined();
  });
});

describe("the tests", () => {
  it("are never switched off by hand", () => {
    const off = sources("tests").filter((file) =>
      /\b(it|test|describe)\.(skip|todo|only)\b(?!If)/.test(readFileSync(join(ROOT, file), "utf8")),
    );
    expect(off.filter((file) => file !== "tests/architecture/rooms.test.ts")).toEqual([]);
  });
});
