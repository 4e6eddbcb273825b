import { faultPoint } from "#core";
import type { RawRecord } from "#core";
import { cleanseStage, landStage, recleanse, resolveStage, storeStage } from "#pipelines";
import { buildMarts, dataAsOf, listMappings, publish, runAudits, writeSnapshot } from "#warehouse";
import { beside, runThrough } from "./beside.ts";
import { fingerprintUnchanged, rememberFingerprint } from "./fingerprint.ts";
import type { StepContext, StepResult } from "./step-context.ts";
import { writeLists } from "./outputs/lists.ts";
import { readRates } from "./rates.ts";
import { scoreNight, SEED } from "./score-night.ts";
import type { StepName } from "./steps.ts";
import { syncSources } from "./sync.ts";

/** The work of each step. */
export const STEP_WORK: Readonly<Record<StepName, (context: StepContext) => Promise<StepResult>>> = {
  sync,
  land,
  cleanse,
  store,
  resolve,
  marts,
  score,
  audit,
  publish: publishStep,
  snapshot,
  lists,
};

async function sync(context: StepContext): Promise<StepResult> {
  if (!context.options.sync) return { summary: "nothing is read in this run" };
  let records = 0;
  const results = await beside(context, landStage(), () =>
    syncSources(context.sources, {
      workspace: context.workspace,
      db: context.stores.db,
      log: context.log,
      runId: context.runId,
      attempt: context.attempt,
      mapper: context.mapper,
      acceptDrop: context.options.acceptDrop,
      ...(context.options.window === undefined ? {} : { window: context.options.window }),
      signal: context.signal,
      onProgress: (more) => {
        records += more;
        context.workspace.out.progress(records, undefined, "records");
      },
    }),
  );
  const failed = results.filter((one) => one.failures.length > 0).length;
  return {
    summary: `${records.toLocaleString("en")} records from ${results.length} sources${failed > 0 ? `, ${failed} not whole` : ""}`,
    detail: { records, sources: results.length, failed },
  };
}

async function land(context: StepContext): Promise<StepResult> {
  return { summary: `${(await runThrough(context, landStage())).toLocaleString("en")} messages` };
}

async function cleanse(context: StepContext): Promise<StepResult> {
  const { workspace, stores, log, mapper } = context;
  const options = {
    pack: workspace.pack,
    homeCurrency: workspace.homeCurrency,
    mapRecord: (raw: RawRecord) => mapper.map(raw),
  };
  const messages = await beside(context, storeStage(), () => runThrough(context, cleanseStage(options)));
  // Records whose mapping was corrected in c360.yaml, or by a newer release, are cleansed again without asking the source.
  const streams = (await listMappings(stores.db)).filter(
    (one) => (mapper.hash(one) ?? one.mappingHash) !== one.mappingHash,
  );
  const again = await recleanse({
    ...options,
    db: stores.db,
    log,
    clock: workspace.clock,
    streams,
    runId: context.runId,
  });
  const more = again.records > 0 ? `, ${again.records.toLocaleString("en")} with a new mapping` : "";
  return { summary: `${messages.toLocaleString("en")} messages${more}`, detail: { recleansed: again.records } };
}

async function store(context: StepContext): Promise<StepResult> {
  const messages = await runThrough(context, storeStage());
  const nothingChanged = await fingerprintUnchanged(context);
  return {
    summary: `${messages.toLocaleString("en")} messages${nothingChanged ? "; nothing changed" : ""}`,
    nothingChanged,
  };
}

async function resolve(context: StepContext): Promise<StepResult> {
  const { workspace, stores } = context;
  const asOf = await dataAsOf(stores.db);
  const result = await resolveStage({
    db: stores.db,
    log: context.log,
    pack: workspace.pack,
    clock: workspace.clock,
    runId: context.runId,
    asOf,
    seed: SEED,
  });
  return {
    summary: `${result.records.toLocaleString("en")} records are ${result.customers.toLocaleString("en")} customers`,
    detail: { records: result.records, customers: result.customers, questions: result.questions },
  };
}

async function marts(context: StepContext): Promise<StepResult> {
  const { workspace, stores } = context;
  const rates = await readRates(workspace.paths.dir, workspace.config.rates_file);
  const result = await stores.db.transaction(async (tx) => {
    const built = await buildMarts(tx, { homeCurrency: workspace.homeCurrency, mode: workspace.config.mode, rates });
    faultPoint("marts.inside");
    return built;
  });
  return { summary: "sums and contacts", detail: { ...result } };
}

async function score(context: StepContext): Promise<StepResult> {
  const { workspace, stores, runId } = context;
  const asOf = await dataAsOf(stores.db);
  if (asOf === null) return { summary: "nothing to score" };
  const { clock, homeCurrency, config } = workspace;
  const { horizon_days: horizonDays } = config.leads;
  const { mode, scores } = config;
  return scoreNight(stores.db, { clock, runId, asOf, horizonDays, homeCurrency, mode, groups: scores.groups });
}

async function audit(context: StepContext): Promise<StepResult> {
  const { workspace, stores } = context;
  const results = await runAudits(stores.db, {
    runId: context.runId,
    clock: workspace.clock,
    maxDrop: workspace.config.guards.max_drop,
    minRecords: workspace.config.guards.min_records,
    acceptDrop: context.options.acceptDrop,
    overrides: context.options.overrides,
  });
  const warned = results.filter((one) => !one.passed).length;
  return { summary: `${results.length} checks${warned > 0 ? `, ${warned} with a warning` : ""}` };
}

async function publishStep(context: StepContext): Promise<StepResult> {
  const { workspace, stores } = context;
  const asOf = await dataAsOf(stores.db);
  const result = await publish(stores.db, { runId: context.runId, asOf, clock: workspace.clock });
  await rememberFingerprint(context);
  return {
    summary: `${result.rowsChanged.toLocaleString("en")} rows changed`,
    detail: { rows_changed: result.rowsChanged, content_hash: result.contentHash },
  };
}

async function snapshot(context: StepContext): Promise<StepResult> {
  const { workspace, stores } = context;
  const result = await writeSnapshot(stores.db, { dir: workspace.paths.warehouse, runId: context.runId });
  return { summary: `${result.tables} tables`, detail: { path: result.path } };
}

async function lists(context: StepContext): Promise<StepResult> {
  const files = await writeLists(context);
  return { summary: files.xlsx === null ? "no list yet" : "written", detail: { ...files } };
}
