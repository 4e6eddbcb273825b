import { faultPoint, isoNow } from "#core";
import { rateInWords, scoreCustomers } from "#models";
import {
  applyScores,
  measureOutcomes,
  readChampions,
  readFeatures,
  readPurchases,
  readTrainingCutoffs,
  saveScores,
  trainingShare,
} from "#warehouse";
import { openLeadThread } from "./modelling/lead-thread.ts";
import type { LeadThread } from "./modelling/lead-thread.ts";
import type { Clock, Database } from "#core";
import type { ScoringInput } from "#models";

/** Seed of everything that is drawn by chance in a night: the same data give the same scores. */
export const SEED = 20_260_101;

/** Customers up to whom leads are scored beside churn: their thread needs the input once more in memory. */
const MOST_IN_THREAD = 20_000;

/** What a night's scores are made with. */
export interface ScoreNightOptions {
  readonly clock: Clock;
  readonly runId: string;
  /** ISO date: the last day that the data know. */
  readonly asOf: string;
  readonly horizonDays: number;
  readonly homeCurrency: string;
  readonly mode: "shop" | "nonprofit";
  /** Columns whose values are compared for bias. */
  readonly groups: readonly string[];
}

/**
 * Trains on earlier evenings, scores everybody as of the last day, registers versions, and fills the candidate tables of
 * scores, reasons and leads. What was said before and can be judged by now is judged.
 */
export async function scoreNight(
  db: Database,
  options: ScoreNightOptions,
): Promise<{ readonly summary: string; readonly detail: Readonly<Record<string, unknown>> }> {
  const thread = openLeadThread();
  try {
    return await scoreWith(db, options, thread);
  } finally {
    await thread.close();
  }
}

async function scoreWith(db: Database, options: ScoreNightOptions, thread: LeadThread): ReturnType<typeof scoreNight> {
  const { asOf, horizonDays, runId, clock, ...speaking } = options;
  const [{ snapshots, share }, current, purchases, champions] = await Promise.all([
    readTraining(db, asOf, horizonDays),
    readFeatures(db, { cutoff: asOf, horizonDays }),
    readPurchases(db, { until: asOf }),
    readChampions(db),
  ]);
  const input: ScoringInput = {
    ...speaking,
    asOf,
    horizonDays,
    seed: SEED,
    snapshots,
    current,
    histories: purchases.histories,
    champions,
  };
  const result = await scoreCustomers(
    input,
    input.current.length > MOST_IN_THREAD ? {} : { leads: (one) => thread.score(one) },
  );
  const notices = [...result.notices];
  await db.transaction(async (tx) => {
    await saveScores(db, tx, { ...result, runId, at: isoNow(clock) });
    faultPoint("score.inside");
    await applyScores(tx);
    for (const { score: name, band, expected, observed, data_as_of: day } of await measureOutcomes(tx, asOf)) {
      const said = `${rateInWords(expected)} were expected, ${rateInWords(observed)} were seen`;
      notices.push(`${name}: what was said of the band ${band} on ${day} did not come true: ${said}`);
    }
  });
  return {
    summary: `${result.scores.filter((one) => one.value !== null).length.toLocaleString("en")} scores`,
    detail: {
      models: result.versions.map(({ version, model, kind }) => ({ version, model, kind })),
      decisions: result.decisions.map(({ model, decision, reason }) => ({ model, decision, reason })),
      drifted: result.drift.filter(({ drifted }) => drifted).map(({ model, feature }) => `${model}: ${feature}`),
      notices,
      training_share: share,
      documents_without_rate: purchases.documentsWithoutRate,
    },
  };
}

async function readTraining(
  db: Database,
  asOf: string,
  horizonDays: number,
): Promise<{ readonly snapshots: ScoringInput["snapshots"]; readonly share: number }> {
  const cutoffs = await readTrainingCutoffs(db, { asOf, horizonDays });
  const share = await trainingShare(db, cutoffs.length);
  const snapshots = [];
  // One after another: with many customers each of them is a good part of the memory while it is read.
  for (const cutoff of cutoffs) {
    snapshots.push({ cutoff, rows: await readFeatures(db, { cutoff, horizonDays, knownUntil: asOf, share }) });
  }
  return { snapshots, share };
}
