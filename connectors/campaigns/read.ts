import { z } from "zod";
import { contentHash } from "#core";
import type { ConnectorContext, ConnectorMessage, StreamPlan } from "#core";
import { checkpoint, notice, observed, upsert } from "../define.ts";
import type { StreamReader } from "../define.ts";
import type { CampaignsClient, Row } from "./client.ts";

const stateSchema = z.object({
  v: z.literal(1),
  /** Hash of a campaign's figures when its responses were read: the same figures mean the same responses. */
  figures: z.record(z.string(), z.string()),
});

function text(row: Row, name: string): string {
  const value = row[name];
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** Reads campaigns with their report figures, or the responses to them. */
export async function* readCampaigns(
  client: CampaignsClient,
  context: ConnectorContext,
  plan: StreamPlan,
): StreamReader {
  const reports = new Map<string, Row>();
  for await (const report of client.collection("/3.0/reports", "reports", (row) => text(row, "id"))) {
    reports.set(text(report, "id"), report);
  }
  return plan.stream === "campaigns"
    ? yield* campaigns(client, context, plan, reports)
    : yield* responses(client, context, plan, reports);
}

/** All campaigns every time: figures change for weeks, and there are few of them. */
async function* campaigns(
  client: CampaignsClient,
  context: ConnectorContext,
  plan: StreamPlan,
  reports: ReadonlyMap<string, Row>,
): StreamReader {
  const observedAt = observed(context.clock);
  const before = stateSchema.safeParse(plan.state);
  const figures: Record<string, string> = {};
  const rows: { readonly id: string; readonly raw: Row }[] = [];
  for await (const row of client.collection("/3.0/campaigns", "campaigns", (found) => text(found, "id"))) {
    const id = text(row, "id");
    const report = reports.get(id);
    const raw = report === undefined ? row : { ...row, report };
    figures[id] = contentHash(raw).slice(0, 16);
    rows.push({ id, raw });
  }
  if (before.success && contentHash(before.data.figures) === contentHash(figures)) {
    yield notice(plan.stream, "not_modified", "info", "No campaign changed since the last read.");
    return { snapshot: false, outcome: "complete" };
  }
  for (const { id, raw } of rows) {
    const cursor = text(raw, "send_time") || text(raw, "create_time") || null;
    yield upsert(plan.stream, id, raw, { observedAt, cursor, version: figures[id] ?? "" });
  }
  yield checkpoint(plan.stream, { v: 1, figures });
  return { snapshot: true };
}

/** What members did, campaign by campaign; campaigns whose figures stand still are not asked again. */
async function* responses(
  client: CampaignsClient,
  context: ConnectorContext,
  plan: StreamPlan,
  reports: ReadonlyMap<string, Row>,
): StreamReader {
  const before = stateSchema.safeParse(plan.state);
  let figures = before.success ? before.data.figures : {};
  for (const [campaign, report] of reports) {
    const now = contentHash({
      opens: report["opens"],
      clicks: report["clicks"],
      bounces: report["bounces"],
      sent: report["emails_sent"],
    }).slice(0, 16);
    if (figures[campaign] === now) continue;
    const path = `/3.0/reports/${encodeURIComponent(campaign)}/email-activity`;
    for await (const member of client.collection(path, "emails", (row) => text(row, "email_id"))) {
      yield* events(member, campaign, plan, context);
    }
    figures = { ...figures, [campaign]: now };
    yield checkpoint(plan.stream, { v: 1, figures });
  }
  return { snapshot: false };
}

/** One record per event; equal events of one member at one time are numbered. */
function* events(
  member: Row,
  campaign: string,
  plan: StreamPlan,
  context: ConnectorContext,
): Generator<ConnectorMessage, void, void> {
  const observedAt = observed(context.clock);
  const times = new Map<string, number>();
  const { activity, _links, ...rest } = member;
  for (const event of Array.isArray(activity) ? (activity as unknown[]) : []) {
    const what = event as Row;
    const base = [campaign, text(member, "email_id"), text(what, "action"), text(what, "timestamp")].join("/");
    const nth = (times.get(base) ?? 0) + 1;
    times.set(base, nth);
    const id = nth === 1 ? base : `${base}/${nth}`;
    yield upsert(
      plan.stream,
      id,
      { ...rest, activity: event },
      { observedAt, cursor: text(what, "timestamp") || null },
    );
  }
}
