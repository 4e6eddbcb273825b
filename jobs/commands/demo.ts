import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { C360Error } from "#core";
import type { CommandInput } from "../command.ts";
import { recordSource } from "../config-file.ts";
import { initWorkspace } from "../init-workspace.ts";
import { runNightly } from "../nightly.ts";
import { NIGHTLY } from "../step-context.ts";
import { printSummary } from "../outputs/screen.ts";
import type { RunSummary } from "../outputs/screen.ts";
import { sampleSources, startSampleCompany } from "../sample-company.ts";
import type { SampleCompany } from "../sample-company.ts";
import { secretName } from "../sources.ts";
import { commandOutput, openWorkspace, workspaceDir, workspacePaths } from "../workspace.ts";
import type { WorkspacePaths } from "../workspace.ts";

const DEFAULT_DIR = "c360-demo";

const demoSchema = z.object({ seed: z.number().int(), scale: z.number(), day: z.number().int() });
type Demo = z.infer<typeof demoSchema>;

/** `c360 demo`: the whole chain on the sample company, over real HTTP, files and SQL. */
export async function run(input: CommandInput): Promise<number> {
  const out = commandOutput(input);
  const paths = workspacePaths(workspaceDir(input, DEFAULT_DIR));
  const days = wholeNumber(input, "days");
  const wanted = { seed: wholeNumber(input, "seed"), scale: Number(input.options["scale"] ?? 1), day: 0 };
  if (!(wanted.scale > 0 && wanted.scale <= 10))
    throw new C360Error("USAGE", { problem: "--scale takes a number up to 10.", command: "demo" });
  const demo = await existingDemo(paths, wanted);

  out.step("sample company");
  await mkdir(paths.dir, { recursive: true });
  const company = await startSampleCompany({ dir: join(paths.dir, "sample-company"), drop: paths.drop, ...demo });
  try {
    if (!existsSync(paths.config)) {
      const ratesFile = company.vendors.rates_file ?? undefined;
      await initWorkspace(paths, {
        name: company.vendors.name,
        country: "JM",
        nonprofit: false,
        ...(ratesFile === undefined ? {} : { ratesFile }),
      });
    }
    await connect(input, paths, company);
    await remember(paths, demo);
    out.done(`${company.vendors.name} is open, its day is ${company.vendors.today}`);
    return await live(input, company, { paths, demo, days });
  } finally {
    await company.stop();
  }
}

/** The nightly for today, and for each further day that is let happen. */
async function live(
  input: CommandInput,
  company: SampleCompany,
  options: { readonly paths: WorkspacePaths; readonly demo: Demo; readonly days: number },
): Promise<number> {
  const out = commandOutput(input);
  const results: RunSummary[] = [];
  let exit = 0;
  for (let day = 0; day <= options.days; day += 1) {
    if (day > 0) {
      const today = await company.advance();
      await remember(options.paths, { ...options.demo, day: options.demo.day + day });
      out.line();
      out.line(out.bold(`A day later: ${today}`));
    }
    // Opened anew for each day, as every night's command would be: guessed mappings are in c360.yaml by then.
    const workspace = await openWorkspace(input, DEFAULT_DIR);
    const { summary, exit: code } = await runNightly(workspace, NIGHTLY);
    results.push(summary);
    exit = Math.max(exit, code);
  }
  const last = results.at(-1);
  if (last !== undefined) printSummary(out, last, nextCommands(options.paths.dir, last.database_embedded));
  out.result(results.length === 1 ? last : { ...last, days: results });
  return exit;
}

function nextCommands(dir: string, embedded: boolean): readonly string[] {
  const start = embedded ? `c360 db start --workspace ${dir} && ` : "";
  return [
    `c360 console --workspace ${dir}    answer the open questions by keyboard`,
    `${start}psql "$(c360 db url --workspace ${dir})"    query the warehouse`,
    "c360 init && c360 add excel customers.xlsx && c360 nightly    the same with data of your own",
  ];
}

/** Writes the vendors' addresses into c360.yaml and their secrets into the secret store. */
async function connect(input: CommandInput, paths: WorkspacePaths, company: SampleCompany): Promise<void> {
  const { sources, secrets } = sampleSources(company.vendors);
  for (const [name, source] of Object.entries(sources))
    await recordSource(paths.config, name, source as Record<string, unknown>);
  const workspace = await openWorkspace(input, DEFAULT_DIR);
  for (const [name, values] of Object.entries(secrets)) {
    for (const [setting, value] of Object.entries(values)) {
      await workspace.secrets.set(secretName(name, setting), value);
    }
  }
}

function demoFile(paths: WorkspacePaths): string {
  return join(paths.state, "demo.json");
}

async function remember(paths: WorkspacePaths, demo: Demo): Promise<void> {
  await writeFile(demoFile(paths), JSON.stringify(demo));
}

/** The demo that lives in the folder, or the wanted one for an empty folder. A workspace that is no demo is left alone. */
async function existingDemo(paths: WorkspacePaths, wanted: Demo): Promise<Demo> {
  if (!existsSync(paths.config)) return wanted;
  if (!existsSync(demoFile(paths))) {
    const problem = `${paths.dir} is a workspace of somebody's own, not a demo. Name another folder with --workspace DIR.`;
    throw new C360Error("USAGE", { problem, command: "demo" });
  }
  const found = demoSchema.parse(JSON.parse(await readFile(demoFile(paths), "utf8")));
  if (found.seed === wanted.seed && found.scale === wanted.scale) return found;
  const problem = `${paths.dir} holds a demo with seed ${found.seed} and scale ${found.scale}. Remove it, or name another folder with --workspace DIR.`;
  throw new C360Error("USAGE", { problem, command: "demo" });
}

function wholeNumber(input: CommandInput, name: string): number {
  const value = Number(input.options[name] ?? 0);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new C360Error("USAGE", { problem: `--${name} takes a whole number.`, command: "demo" });
}
