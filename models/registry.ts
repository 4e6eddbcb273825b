import { parseModel } from "./artefact.ts";
import { measureGates, whyNotPromoted } from "./promotion.ts";
import { ALL_KINDS } from "./tabular.ts";
import type { TabularModel } from "./artefact.ts";
import type { Gates, HeldOut } from "./promotion.ts";
import type { ChampionRecord, FeatureRow } from "./scoring-types.ts";
import type { Shipped, TrainingSession } from "./tabular.ts";

/** Which model makes the scores of a night, which one is watched beside it, and why. */
export interface VersionChoice {
  readonly champion: TabularModel;
  readonly challenger: TabularModel | null;
  readonly decision: "first" | "refreshed" | "promoted" | "kept";
  readonly reason: string;
  readonly gates: Gates;
}

type Trained = Extract<TrainingSession, { status: "trained" }>;

/**
 * Chooses between the champion and what was trained tonight. The champion's recipe is fitted to the newest data each
 * night; another recipe takes its place only when it is better on rows that neither had seen, or simpler and no worse.
 * Where tonight's fit is not calibrated, or a person has pinned a version, the champion scores as it was registered.
 */
export function chooseVersion(
  session: Trained,
  rows: readonly FeatureRow[],
  options: {
    readonly champion: ChampionRecord | null;
    readonly groups: readonly string[];
    readonly seed: number;
    /** Share of the features that have moved between the training tables and today. */
    readonly driftedShare: number;
  },
): VersionChoice {
  const { champion, groups, seed, driftedShare } = options;
  const fresh = session.ship();
  const held = (challenger: Shipped, recipe: Shipped | null): HeldOut => ({
    rows,
    labels: session.labels,
    challenger: challenger.outOfFold,
    champion: recipe?.outOfFold ?? null,
    driftedShare,
  });
  const registered = champion === null ? null : readArtefact(champion);
  if (champion === null || registered === null) {
    const gates = measureGates(held(fresh, null), groups, seed);
    return { champion: fresh.model, challenger: null, decision: "first", reason: "there was no champion", gates };
  }
  const recipe = recipeOf(session, champion, fresh);
  const rival = recipe === fresh ? null : fresh;
  const against = held(fresh, rival === null ? null : recipe);
  const gates = measureGates(against, groups, seed);
  if (champion.pinned) {
    return kept(registered, fresh.model, gates, "a person rolled back to this version and has not released it");
  }
  if (!gates.calibrated) return kept(registered, fresh.model, gates, "tonight's fit is not calibrated");
  if (rival === null || recipe === null) {
    const reason = recipe === null ? `the recipe ${champion.kind} is no longer there` : "the same recipe on newer data";
    const same = fresh.model.version === registered.version;
    return {
      champion: fresh.model,
      challenger: null,
      decision: same ? "kept" : recipe === null ? "promoted" : "refreshed",
      reason: same ? "nothing that it learns from has changed" : reason,
      gates,
    };
  }
  const simpler = ALL_KINDS.indexOf(fresh.model.kind) < ALL_KINDS.indexOf(recipe.model.kind);
  const why = whyNotPromoted(gates, against, simpler);
  if (why === null) {
    const reason = simpler
      ? "simpler, and not worse on rows that neither had seen"
      : "better on rows that neither had seen";
    return { champion: fresh.model, challenger: recipe.model, decision: "promoted", reason, gates };
  }
  return kept(recipe.model, fresh.model, gates, `${fresh.model.name} is not promoted: ${why}`);
}

function kept(champion: TabularModel, challenger: TabularModel, gates: Gates, reason: string): VersionChoice {
  const own = challenger.version === champion.version ? null : challenger;
  return { champion, challenger: own, decision: "kept", reason, gates };
}

/** Tonight's fit of the champion's recipe: what was trained, the one that ships anyway, or null where it is not made. */
function recipeOf(session: Trained, champion: ChampionRecord, fresh: Shipped): Shipped | null {
  if (fresh.model.name === champion.kind) return fresh;
  const candidate = session.candidates.find(({ name }) => name === champion.kind);
  return candidate === undefined ? null : session.shipOne(candidate);
}

function readArtefact({ artefact }: ChampionRecord): TabularModel | null {
  if (artefact === null) return null;
  try {
    return parseModel(artefact);
  } catch {
    // Written by a release whose format is no longer read: the night's own fit takes over.
    return null;
  }
}
