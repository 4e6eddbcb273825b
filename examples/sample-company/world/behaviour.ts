import { FIRST_DAY, FUTURE_WEEKS, HISTORY_WEEKS, SAMPLE_DAY, weekStart } from "./calendar.ts";
import { CAMPAIGN_WEEKS } from "./campaigns.ts";
import { churnHazards, CONVERSION, leadHazard, multiplier, outlook } from "./hazards.ts";
import type { Rng } from "./random.ts";
import { season } from "./season.ts";
import type { ChurnCause, Contact, Entity, Life, State } from "./types.ts";

function startState(r: Rng, entity: Entity): { state: State; start: number } {
  const kind = r.next();
  const firm = entity.type === "organisation";
  const rate = Math.min(0.9, 0.16 - Math.log(1 - r.next()) * 0.06);
  const value = Math.exp((firm ? 10.9 : 9.4) + 0.6 * r.normal());
  const first = Math.max(0, Math.ceil((entity.since - weekStart(0)) / 7));
  const start =
    kind < 0.28
      ? Math.min(first, HISTORY_WEEKS - 12)
      : kind < 0.36
        ? r.int(Math.min(first, 100), Math.max(120, Math.min(first, 150)))
        : 1e9;
  const state: State = {
    phase: "none",
    rate,
    value,
    cause: "",
    onset: 0,
    lead: null,
    risingUntil: -1,
    mayReturn: r.chance(0.85),
    oneOff: kind >= 0.28,
  };
  return { state, start };
}

function contact(
  r: Rng,
  week: number,
  kind: Contact["kind"],
  outcome: string,
  direction: Contact["direction"],
): Contact {
  return { day: weekStart(week) + r.int(0, 5), minute: r.int(480, 1010), kind, outcome, direction };
}

function buy(r: Rng, state: State, week: number, life: Life): void {
  const strained = state.cause === "overdue" && state.phase === "declining";
  const rising = week < state.risingUntil ? 1.9 : 1;
  const well = state.phase === "buying" ? rising : multiplier(state.cause, week - state.onset);
  for (let n = r.poisson(state.rate * well * season(week)); n > 0; n -= 1) {
    const late = strained ? r.int(55, 140) : r.chance(0.08) ? r.int(34, 58) : r.int(4, 32);
    life.purchases.push({
      day: weekStart(week) + r.int(0, 5),
      value: state.value * Math.exp(0.35 * r.normal()),
      payAfter: strained && r.chance(0.55) ? null : late,
    });
  }
}

function complain(r: Rng, week: number, life: Life): void {
  for (let n = r.int(2, 3); n > 0; n -= 1) {
    const kind = r.chance(0.6) ? "call" : r.chance(0.5) ? "visit" : "email";
    life.contacts.push(
      contact(r, week + r.int(0, 3), kind, r.pick(["Complaint - unresolved", "Complaint - escalated"]), "in"),
    );
  }
  if (r.chance(0.6)) life.returns.push(weekStart(week) + r.int(3, 12));
}

function dun(r: Rng, week: number, life: Life): void {
  for (let n = r.int(1, 3); n > 0; n -= 1) {
    const outcome = r.pick(["Overdue - promised to pay", "Overdue - no answer", "Overdue - dispute"]);
    life.contacts.push(contact(r, week + r.int(0, 6), "call", outcome, "out"));
  }
}

function setIn(r: Rng, cause: ChurnCause, week: number, state: State, life: Life): void {
  state.phase = "declining";
  state.cause = cause;
  state.onset = week;
  if (cause === "complaint") complain(r, week, life);
  if (cause === "overdue") dun(r, week, life);
  if (cause === "competitor") {
    for (let n = r.int(1, 2); n > 0; n -= 1) {
      const kind = r.chance(0.5) ? "visit" : "email";
      life.contacts.push(
        contact(r, week + r.int(0, 3), kind, "Price too high - comparing", kind === "visit" ? "out" : "in"),
      );
    }
  }
}

function becomeLead(r: Rng, entity: Entity, week: number, state: State, life: Life): void {
  const byMail = CAMPAIGN_WEEKS.has(week) && entity.subscribed && r.chance(0.8);
  const cause = byMail ? "campaign_click" : "quote_visit";
  const converts = r.chance(CONVERSION);
  state.lead = { cause, week, converts, start: week + r.int(1, 4) };
  if (byMail) {
    life.campaigns.set(CAMPAIGN_WEEKS.get(week) ?? 0, "click");
    if (r.chance(0.7))
      life.contacts.push(contact(r, week + 1, r.chance(0.5) ? "call" : "email", "Enquiry after promotion", "in"));
    return;
  }
  life.contacts.push(contact(r, week, "visit", "Quote requested", "out"));
  life.quotes.push(weekStart(week) + r.int(1, 6));
  if (r.chance(0.5)) life.contacts.push(contact(r, week + 1, "call", "Interested - will order", "in"));
}

/** Weekly chances of a visit, call and e-mail that nothing special causes. */
function habits(entity: Entity, week: number, state: State): { visit: number; call: number; email: number } {
  const firm = entity.type === "organisation";
  if (state.phase === "buying") return { visit: firm ? 0.1 : 0.02, call: 0.035, email: 0.035 };
  const neglected = state.phase === "declining" && state.cause === "neglect";
  if (weekStart(week) < entity.since) return { visit: 0, call: 0, email: 0 };
  return { visit: neglected ? 0 : firm ? 0.009 : 0.002, call: neglected ? 0 : 0.003, email: 0.002 };
}

const VISITS = {
  buying: ["Order taken", "Stock check", "Routine"],
  else: ["Not interested", "Left catalogue", "Closed"],
};
const CALLS = ["Order taken", "Delivery query", "Stock query", "No answer"];
const EMAILS = ["Order", "Statement request", "Price list", "Delivery query"];

function routine(r: Rng, entity: Entity, week: number, state: State, life: Life): void {
  const active = state.phase === "buying";
  const { visit, call, email } = habits(entity, week, state);
  const add = (kind: Contact["kind"], outcomes: readonly string[], inbound: number): void => {
    life.contacts.push(contact(r, week, kind, r.pick(outcomes), r.chance(inbound) ? "in" : "out"));
  };
  if (r.chance(visit)) add("visit", active ? VISITS.buying : VISITS.else, 0);
  if (r.chance(call)) add("call", CALLS, 0.6);
  if (active && r.chance(0.0025)) add("call", ["Complaint - resolved"], 1);
  if (entity.email !== "" && r.chance(email)) add("email", EMAILS, 0.7);
}

function openMail(r: Rng, entity: Entity, week: number, state: State, life: Life): void {
  const campaign = CAMPAIGN_WEEKS.get(week);
  if (campaign === undefined || !entity.subscribed || weekStart(week) < entity.since || life.campaigns.has(campaign))
    return;
  const draw = r.next();
  const click = state.phase === "buying" ? 0.07 : 0.008;
  const did = draw < click ? "click" : draw < 0.32 ? "open" : draw < 0.34 ? "bounce" : "none";
  life.campaigns.set(campaign, did);
}

function stepWeek(r: Rng, entity: Entity, week: number, state: State, life: Life): void {
  if (state.phase === "buying") {
    let draw = r.next();
    if (state.oneOff && r.chance(0.45)) setIn(r, "one_off", week, state, life);
    for (const [cause, hazard] of churnHazards(entity)) {
      if (state.phase === "buying" && draw < hazard) setIn(r, cause, week, state, life);
      draw -= hazard;
    }
    if (state.phase === "buying" && week > state.risingUntil + 20 && r.chance(0.006))
      state.risingUntil = week + r.int(12, 26);
  } else {
    const asleep = state.phase === "none" || week - state.onset > 26;
    if (asleep && state.lead === null && state.mayReturn && r.chance(leadHazard(entity, CAMPAIGN_WEEKS.has(week)))) {
      becomeLead(r, entity, week, state, life);
    }
    if (state.lead?.converts === true && week >= state.lead.start) {
      state.phase = "buying";
      state.cause = "";
      state.lead = null;
    } else if (state.lead !== null && week > state.lead.week + 12) state.lead = null;
  }
}

/** Lives one customer's life: three years of history and the weeks after, driven by hidden causes. */
export function liveLife(entity: Entity): Life {
  const r = entity.rng.fork("life");
  const { state, start } = startState(r, entity);
  const life: Life = {
    purchases: [],
    contacts: [],
    quotes: [],
    returns: [],
    campaigns: new Map(),
    churnCause: "",
    leadCause: "",
    churnProbability: 1,
    purchaseProbability: 0,
    value12: 0,
  };
  if (entity.since > SAMPLE_DAY) {
    life.purchases.push({ day: entity.since, value: state.value, payAfter: null });
    return life;
  }
  for (let week = 0; week < HISTORY_WEEKS + FUTURE_WEEKS; week += 1) {
    if (week === start && state.phase === "none") {
      state.phase = "buying";
      life.purchases.push({ day: weekStart(week) + r.int(0, 5), value: state.value, payAfter: r.int(4, 30) });
    }
    if (week === HISTORY_WEEKS) Object.assign(life, outlook(entity, state, week));
    stepWeek(r, entity, week, state, life);
    if (state.phase !== "none") buy(r, state, week, life);
    routine(r, entity, week, state, life);
    openMail(r, entity, week, state, life);
  }
  const inTime = (day: number): boolean => day >= FIRST_DAY;
  return {
    ...life,
    purchases: life.purchases.filter((p) => inTime(p.day)).sort((a, b) => a.day - b.day),
    contacts: life.contacts.filter((c) => inTime(c.day)).sort((a, b) => a.day - b.day || a.minute - b.minute),
  };
}
