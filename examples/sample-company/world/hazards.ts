import { CAMPAIGN_WEEKS } from "./campaigns.ts";
import { season } from "./season.ts";
import type { ChurnCause, Entity, Life, State } from "./types.ts";

/** Share of interested customers who really order. */
export const CONVERSION = 0.78;

const SLOW_DEPOT = new Set(["Portland", "Saint Thomas", "Saint Mary", "Clarendon"]);
const BOOM = new Set(["Saint James", "Saint Ann", "Hanover"]);

/** Weekly chance of each cause to set in. Some depots, trades and sales territories are worse than others. */
export function churnHazards(entity: Entity): readonly (readonly [ChurnCause, number])[] {
  const { parish } = entity.address;
  const firm = entity.type === "organisation";
  return [
    ["complaint", SLOW_DEPOT.has(parish) ? 0.0036 : 0.001],
    ["overdue", (entity.category === "Construction" ? 0.0042 : 0.0011) * (firm ? 1 : 0.6)],
    ["neglect", parish === "Saint Elizabeth" || parish === "Manchester" ? 0.003 : 0.0009],
    ["competitor", entity.category === "Supermarket" ? 0.0036 : 0.0009],
  ];
}

/** Weekly chance that a customer who does not buy becomes interested. */
export function leadHazard(entity: Entity, campaignWeek: boolean): number {
  const hot = BOOM.has(entity.address.parish) ? 2.6 : 0.6;
  const trade = entity.category === "Hotel" || entity.category === "Restaurant" ? 2 : 1;
  const base = 0.0016 * hot * trade * (entity.type === "organisation" ? 1.2 : 0.6);
  return base * (campaignWeek && entity.subscribed ? 7 : 0.8);
}

/** Share of the usual purchase rate, `k` weeks after a cause set in. */
export function multiplier(cause: ChurnCause | "", k: number): number {
  switch (cause) {
    case "complaint":
      return k < 2 ? 0.7 : k < 4 ? 0.2 : 0.015;
    case "overdue":
      return k < 3 ? 0.8 : k < 6 ? 0.25 : 0.015;
    case "neglect":
      return k < 4 ? 0.8 : k < 8 ? 0.3 : 0.015;
    case "competitor":
      return Math.max(0.015, 0.72 ** k);
    case "one_off":
      return k < 1 ? 0.5 : 0.01;
    case "":
      break;
  }
  return 1;
}

const YEAR = 52;
const CAUSES: readonly ChurnCause[] = ["complaint", "overdue", "neglect", "competitor", "one_off"];
/** By cause: sums of the first n multipliers. */
const DECLINE: ReadonlyMap<string, readonly number[]> = new Map(
  CAUSES.map((cause) => {
    const sums = [0];
    for (let k = 0; k < YEAR * 2; k += 1) sums.push((sums[k] ?? 0) + multiplier(cause, k));
    return [cause, sums];
  }),
);

/** Sum of the multipliers of `weeks` weeks, beginning `from` weeks after the cause set in. */
function decline(cause: ChurnCause | "", from: number, weeks: number): number {
  const sums = DECLINE.get(cause);
  if (sums === undefined) return weeks;
  const at = (k: number): number => sums[Math.min(k, sums.length - 1)] ?? 0;
  return at(from + weeks) - at(from);
}

/** 90 days are 12 weeks and 6 days. */
const QUARTER = 13;

/** A way that the next year can go: its probability, and the expected purchases in 90 days and in 12 months. */
interface Scenario {
  readonly p: number;
  readonly quarter: number;
  readonly year: number;
}

function buyingScenarios(entity: Entity, state: State, week: number): Scenario[] {
  const hazards: (readonly [ChurnCause, number])[] = [...churnHazards(entity)];
  if (state.oneOff) hazards.push(["one_off", 0.45]);
  const total = hazards.reduce((sum, [, h]) => sum + h, 0);
  const healthy = [0];
  for (let w = 0; w < YEAR; w += 1) {
    healthy.push((healthy[w] ?? 0) + (week + w < state.risingUntil ? 1.9 : 1) * season(week + w) * state.rate);
  }
  const list: Scenario[] = [];
  let left = 1;
  for (let w = 0; w < YEAR; w += 1) {
    for (const [cause, h] of hazards) {
      const quarter = (healthy[Math.min(w, QUARTER)] ?? 0) + state.rate * decline(cause, 0, Math.max(0, QUARTER - w));
      list.push({ p: left * h, quarter, year: (healthy[w] ?? 0) + state.rate * decline(cause, 0, YEAR - w) });
    }
    left *= Math.max(0, 1 - total);
  }
  list.push({ p: left, quarter: healthy[QUARTER] ?? 0, year: healthy[YEAR] ?? 0 });
  return list;
}

function sleepingScenarios(entity: Entity, state: State, week: number): Scenario[] {
  const trickle = state.phase === "declining" ? state.rate * 0.015 : 0;
  const idle = { quarter: QUARTER * trickle, year: YEAR * trickle };
  const from = (w: number, p: number): Scenario => ({
    p,
    quarter: Math.max(0, QUARTER - w) * state.rate,
    year: Math.max(0, YEAR - w) * state.rate,
  });
  if (state.lead !== null) return [{ p: 1 - CONVERSION, ...idle }, from(2, CONVERSION)];
  const list: Scenario[] = [];
  let left = 1;
  for (let w = 0; w < YEAR; w += 1) {
    const h = state.mayReturn ? leadHazard(entity, CAMPAIGN_WEEKS.has(week + w)) : 0;
    list.push(from(w + 2.5, left * h * CONVERSION));
    left *= 1 - h;
  }
  list.push({ p: 1 - list.reduce((sum, s) => sum + s.p, 0), ...idle });
  return list;
}

function scenarios(entity: Entity, state: State, week: number): Scenario[] {
  if (state.phase === "buying") return buyingScenarios(entity, state, week);
  const since = week - state.onset;
  if (state.phase === "declining" && state.lead === null && since <= 26) {
    const of = (weeks: number): number => state.rate * decline(state.cause, since, weeks);
    return [{ p: 1, quarter: of(QUARTER), year: of(YEAR) }];
  }
  return sleepingScenarios(entity, state, week);
}

/** True probabilities and value at the start of a week, given the hidden state. */
export function outlook(entity: Entity, state: State, week: number): Partial<Life> {
  let silent = 0;
  let expected = 0;
  for (const { p, quarter, year } of scenarios(entity, state, week)) {
    silent += p * Math.exp(-quarter * (90 / 91));
    expected += p * year;
  }
  return {
    churnCause: state.phase === "declining" ? state.cause : "",
    leadCause: state.lead?.cause ?? (state.phase === "buying" && week < state.risingUntil ? "rising_orders" : ""),
    churnProbability: silent,
    purchaseProbability: 1 - silent,
    // exp(0.35^2 / 2): mean of the spread of single purchases.
    value12: expected * state.value * 1.063,
  };
}
