// `npm run build`: turns the sources into few JavaScript files in `dist/`, which start in a third of the time.
// `npm ci` and `npm pack` do it by themselves; where `dist/` is missing or older than a source, `c360` runs the source.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { isBuilt } from "../bin/built.mjs";

// A run that is under way loads parts when it first needs them: what is up to date stays as it is.
if (isBuilt("scripts/build.mjs", "package.json")) process.exit(0);

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const rooms = ["core", "connectors", "identity", "models", "warehouse", "pipelines", "console", "jobs", "examples"];
const out = join(root, "dist");
/** A program of its own, a thread or another process, is named by `new URL("./name.ts", import.meta.url)`. */
const PROGRAM = /new URL\("(\.[^"]+\.ts)", import\.meta\.url\)/g;

const sources = rooms.flatMap((room) =>
  readdirSync(join(root, room), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(room, file)),
);
const entries = { c360: "jobs/index.ts" };
for (const file of sources) {
  for (const [, name] of readFileSync(join(root, file), "utf8").matchAll(PROGRAM)) {
    const program = join(dirname(file), name);
    entries[flat(program)] = program;
  }
}

/** `jobs/linkage/row-worker.ts` is built as `dist/jobs-linkage-row-worker.js`. */
function flat(file) {
  return file.replace(/\.ts$/, "").split(sep).join("-");
}

/** Everything is built into one folder, so a source finds its neighbours (SQL files, assets) by a path from there. */
const places = {
  name: "places",
  setup(builder) {
    builder.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      if (!text.includes("import.meta.")) return undefined;
      if (/import\.meta\.(?:dir|file)name/.test(text))
        throw new Error(`${path}: say where things lie by import.meta.url`);
      const file = relative(root, path);
      const own = `new URL("../${file.split(sep).join("/")}", import.meta.url).href`;
      const contents = text
        .split(PROGRAM)
        .map((part, i) =>
          i % 2 === 0
            ? part.replaceAll("import.meta.url", own)
            : `new URL("./${flat(join(dirname(file), part))}.js", import.meta.url)`,
        )
        .join("");
      return { contents, loader: "ts" };
    });
  },
};

rmSync(out, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: entries,
  outdir: out,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  packages: "external",
  chunkNames: "chunk-[hash]",
  metafile: true,
  logLevel: "warning",
  plugins: [places],
});
writeFileSync(join(out, "sources.json"), `${JSON.stringify(Object.keys(metafile.inputs).sort())}\n`);
